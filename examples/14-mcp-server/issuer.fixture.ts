/** A foreign authorization server (`oidc-provider`) on this machine, and a person who signs in there. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Serves an authorization server that registers clients by itself and issues JWTs for one resource. */
export async function openIssuer({ resource, scope }: { readonly resource: string; readonly scope: string }) {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(url, {
    features: {
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        getResourceServerInfo: (_context, indicator) => {
          if (indicator !== resource) throw new Error("another resource");
          return { scope, audience: resource, accessTokenFormat: "jwt", accessTokenTTL: 600 };
        },
      },
    },
    clients: [{ client_id: "agent", token_endpoint_auth_method: "none", redirect_uris: ["http://127.0.0.1:1/callback"] }],
    pkce: { required: () => true },
    scopes: ["openid", "offline_access", scope],
  });
  const answer = provider.callback();
  server.on("request", (request, response) => void answer(request, response));
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  /** An access token for a resource, as if somebody had signed in. */
  const issue = async (accountId: string, granted: string, audience: string): Promise<string> => {
    const client = await provider.Client.find("agent");
    if (client === undefined) throw new Error("There is no client");
    const token = new provider.AccessToken({ accountId, client, scope: granted, grantId: "test", gty: "test" });
    token.resourceServer = new provider.ResourceServer(audience, { scope, audience, accessTokenFormat: "jwt" });
    return token.save();
  };
  return { url, close, issue };
}

/** Opens an address as a browser does, signs in and agrees. Returns the address to which the browser is sent in the end. */
export async function signIn(start: URL, login: string, redirectUrl: string): Promise<URL> {
  const cookies = new Map<string, string>();
  const open = async (url: URL, form?: Record<string, string>): Promise<Response> => {
    const response = await fetch(url, {
      redirect: "manual",
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form === undefined ? {} : { method: "POST", body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  let url = start;
  for (let step = 0; step < 20; step += 1) {
    if (url.href.startsWith(redirectUrl)) return url;
    const page = await open(url);
    const answer = page.status === 200 ? await open(url, { login, password: "any", prompt: promptOf(await page.text()) }) : page;
    url = new URL(answer.headers.get("location") ?? "", url);
  }
  throw new Error(`The sign-in does not end: ${url.href}`);
}

/** The question that a page of the server asks. */
function promptOf(html: string): string {
  return /name="prompt" value="(\w+)"/.exec(html)?.[1] ?? "";
}

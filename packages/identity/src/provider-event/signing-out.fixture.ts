/** A real OpenID provider, `oidc-provider`, at which people sign in and out, as a browser does it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { generateSigningKey } from "lockstep/jwt";
import Provider from "oidc-provider";

/** The client that people sign in with, and the API that its access tokens are for. */
export const webClient: string = "notes-web";
export const api: string = "https://api.test";
const redirectUri = "https://app.test/callback";
const verifier = "a-code-verifier-that-is-long-enough-for-rfc-7636";
const challenge = "S256";

/** A running provider. */
export interface SigningOutProvider {
  readonly issuer: string;
  /** Says where the back channel of the client is. */
  readonly notify: (uri: string) => void;
  /** Errors of back-channel requests. */
  readonly failures: readonly string[];
  readonly close: () => Promise<void>;
}

/** Starts the provider on the loopback address. */
export async function startSigningOutProvider(options: { readonly namesSession: boolean }): Promise<SigningOutProvider> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const issuer = `http://127.0.0.1:${address.port}`;
  const back = { uri: "" };
  const failures: string[] = [];
  const provider = new Provider(issuer, await configuration(options, back));
  provider.on("backchannel.error", (_context, error) => void failures.push(error.message));
  const answer = provider.callback();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith("/interaction/") === true) void interact(provider, request, response);
    else void answer(request, response);
  });
  return {
    issuer,
    failures,
    notify: (uri) => {
      back.uri = uri;
    },
    close: () => closed(server),
  };
}

/** Who signs in is in the cookie `user`: the test is the browser and the person. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, accountId = ""] = /user=(\w+)/.exec(request.headers.cookie ?? "") ?? [];
  await provider.interactionFinished(request, response, { login: { accountId } }, { mergeWithLastSubmission: false });
}

async function configuration(
  { namesSession }: { readonly namesSession: boolean },
  back: { readonly uri: string },
): Promise<ConstructorParameters<typeof Provider>[1]> {
  return {
    clients: [
      {
        client_id: webClient,
        token_endpoint_auth_method: "none",
        redirect_uris: [redirectUri],
        grant_types: ["authorization_code"],
        response_types: ["code"],
        id_token_signed_response_alg: "ES256",
        // Its address is known once the node runs; `fetch` below goes there.
        backchannel_logout_uri: "https://api.test/auth/backchannel-logout",
        backchannel_logout_session_required: namesSession,
      },
    ],
    jwks: { keys: [{ ...(await generateSigningKey("ES256")) }] },
    cookies: { keys: ["a test"] },
    ttl: { AccessToken: 600, Session: 600, Interaction: 600, Grant: 600, IdToken: 600 },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    // Nobody is asked for consent.
    loadExistingGrant: async ({ oidc }) => {
      const { Grant } = oidc.provider;
      const grant = new Grant({ clientId: webClient, accountId: oidc.session?.accountId ?? "" });
      grant.addOIDCScope("openid");
      grant.addResourceScope(api, "notes:read");
      await grant.save();
      return grant;
    },
    fetch: (url, { method, headers, body } = {}) => {
      assert.equal(url instanceof Request ? url.url : url.toString(), "https://api.test/auth/backchannel-logout");
      // Without the provider's own way to connect, which refuses the loopback address.
      return fetch(back.uri, { method: method ?? "GET", headers: headers ?? {}, body: body ?? null });
    },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => api,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "notes:read",
          audience: api,
          accessTokenTTL: 600,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
  };
}

/** The tokens that somebody got by signing in. */
export interface SignedIn {
  readonly accessToken: string;
  readonly idToken: string;
}

/** A browser with its cookies. */
export class Browser {
  readonly #cookies = new Map<string, string>();
  readonly #issuer: string;

  constructor(issuer: string, user: string) {
    this.#issuer = issuer;
    this.#cookies.set("user", user);
  }

  /** Signs in with authorization code and PKCE, as the client does it. */
  async signIn(): Promise<SignedIn> {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    const url = new URL(`${this.#issuer}/auth`);
    url.search = new URLSearchParams({
      client_id: webClient,
      response_type: "code",
      redirect_uri: redirectUri,
      scope: "openid notes:read",
      code_challenge: Buffer.from(digest).toString("base64url"),
      code_challenge_method: challenge,
      resource: api,
    }).toString();
    const code = await this.#follow(url);
    const answer = await fetch(`${this.#issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: webClient,
        redirect_uri: redirectUri,
        code_verifier: verifier,
        code,
      }),
    });
    const tokens = (await answer.json()) as Record<string, string>;
    assert.equal(answer.status, 200, JSON.stringify(tokens));
    return { accessToken: tokens["access_token"] ?? "", idToken: tokens["id_token"] ?? "" };
  }

  /** Signs out at the provider: opens its page, and confirms. */
  async signOut({ idToken }: SignedIn): Promise<void> {
    const page = await this.#request(new URL(`${this.#issuer}/session/end?id_token_hint=${idToken}`));
    const [, xsrf = ""] = /name="xsrf" value="(\w+)"/.exec(await page.text()) ?? [];
    const body = new URLSearchParams({ xsrf, logout: "yes" });
    const answer = await this.#request(new URL(`${this.#issuer}/session/end/confirm`), { method: "POST", body });
    assert.equal(answer.status, 303, await answer.text());
  }

  async #follow(url: URL, hops = 0): Promise<string> {
    assert.ok(hops < 10, `too many redirects, the last one to ${url.href}`);
    const answer = await this.#request(url);
    const location = answer.headers.get("location");
    assert.ok(location !== null, await answer.text());
    const next = new URL(location, url);
    const { searchParams } = next;
    return next.href.startsWith(redirectUri) ? (searchParams.get("code") ?? assert.fail(next.href)) : this.#follow(next, hops + 1);
  }

  async #request(url: URL, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, { ...init, headers: { cookie }, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    return answer;
  }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}

/** A foreign OpenID provider at which people sign in from the documentation's page: `oidc-provider`, with its own pages. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import Provider, { errors } from "oidc-provider";
import { generateSigningKey } from "../token/signing-key.ts";

/** The API that the provider issues JWTs for. For others, it issues opaque tokens. */
export const resource = "https://api.test/notes";
/** The page's client, which is public. */
export const clientId = "docs-page";

/** A running provider. */
export interface SignInProvider {
  readonly issuer: string;
  /** The authorization requests that came, in order. */
  readonly asked: readonly URLSearchParams[];
  readonly close: () => Promise<void>;
}

/** A free port of the loopback address. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  await closed(server);
  return port;
}

/**
 * Starts a provider.
 *
 * @param pages where the APIs are mounted whose pages may sign people in: `http://127.0.0.1:8080`
 * @param strict set if its pages cut themselves off from the windows that opened them, and if it answers no preflight: only
 * requests that need none may come from another origin (Fetch §3.2.5)
 */
export async function startSignInProvider(pages: readonly string[], at = 0, strict = false): Promise<SignInProvider> {
  const server = createServer();
  const issuer = `http://127.0.0.1:${await listen(server, at)}`;
  const provider = new Provider(issuer, await configuration(pages));
  const asked: URLSearchParams[] = [];
  const answer = provider.callback();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", issuer);
    if (pathname === "/auth") asked.push(searchParams);
    if (strict) response.setHeader("cross-origin-opener-policy", "same-origin");
    if (strict && request.method === "OPTIONS") return void response.writeHead(403).end();
    void answer(request, response);
  });
  return { issuer, asked, close: () => closed(server) };
}

async function configuration(pages: readonly string[]): Promise<ConstructorParameters<typeof Provider>[1]> {
  return {
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: "none",
        redirect_uris: pages.map((page) => `${page}/docs/oauth2-redirect.html`),
        response_types: ["code"],
        grant_types: ["authorization_code"],
        id_token_signed_response_alg: "ES256",
      },
    ],
    jwks: { keys: [{ ...(await generateSigningKey("ES256")) }] },
    cookies: { keys: ["a test"] },
    clientBasedCORS: (_context, origin) => pages.some((page) => new URL(page).origin === origin),
    ttl: { AccessToken: 300, Grant: 300, Interaction: 300, Session: 300, IdToken: 300 },
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, of) => {
          if (of !== resource) throw new errors.InvalidTarget();
          const jwt = { sign: { alg: "ES256" } } as const;
          return { scope: "notes:read notes:write", audience: of, accessTokenTTL: 300, accessTokenFormat: "jwt", jwt };
        },
      },
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await once(server.listen(port, "127.0.0.1"), "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}

/** An authorization server on an origin of its own, for tests: it signs everybody in as Dora, and insists on PKCE. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { TokenDesk } from "./token-desk.fixture.ts";

/** A running issuer. */
export interface Issuer {
  readonly origin: string;
  /** What came to the authorization endpoint, in order. */
  readonly asked: URLSearchParams[];
  /** What the next answer of the authorization endpoint says instead of giving a code. */
  answerWith: Readonly<Record<string, string>> | undefined;
  close(): Promise<void>;
}

/** Starts an issuer whose tokens go into the desk. */
export async function startIssuer(desk: TokenDesk): Promise<Issuer> {
  const codes = new Map<string, URLSearchParams>();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on a port has an address of this kind.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: Issuer = {
    origin,
    asked: [],
    answerWith: undefined,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };

  function authorize(asked: URLSearchParams, response: ServerResponse): void {
    issuer.asked.push(asked);
    const back = new URL(asked.get("redirect_uri") ?? "");
    const code = crypto.randomUUID();
    codes.set(code, asked);
    const answered = issuer.answerWith ?? { code };
    issuer.answerWith = undefined;
    for (const [name, value] of Object.entries({ state: asked.get("state") ?? "", ...answered }))
      back.searchParams.set(name, value);
    response.writeHead(302, { location: back.href }).end();
  }

  function exchange(form: URLSearchParams, response: ServerResponse): void {
    const code = form.get("code") ?? "";
    const asked = codes.get(code);
    codes.delete(code);
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const fits = asked?.get("code_challenge_method") === "S256" && asked.get("code_challenge") === challenge;
    if (!fits || asked.get("redirect_uri") !== form.get("redirect_uri") || asked.get("client_id") !== form.get("client_id")) {
      return json(response, 400, { error: "invalid_grant" });
    }
    return json(response, 200, { token_type: "Bearer", access_token: desk.give("dora", "code", asked.get("scope") ?? "") });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", origin);
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "*");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    if (pathname === "/authorize") return authorize(searchParams, response);
    if (pathname === "/token") return exchange(new URLSearchParams(await text(request)), response);
    if (pathname !== "/.well-known/openid-configuration") return json(response, 404, {});
    return json(response, 200, {
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      scopes_supported: ["openid"],
      grant_types_supported: ["authorization_code"],
    });
  }

  return issuer;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

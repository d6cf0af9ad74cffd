/**
 * A provider for the listing about events: a real server on this machine with a key set, a stream to poll, and a key that signs.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { generateSigningKey, jwks, publicJwks, signingKey } from "lockstep/jwt";
import { importJWK, SignJWT } from "jose";

const jwk = await generateSigningKey("ES256");
const published = publicJwks([signingKey(jwk)]);
const { key_ops: _uses, ...privateKey } = jwk;
const key = await importJWK(privateKey, "ES256");

/** The tokens that the stream holds, by their `jti`. */
export const stream = new Map<string, string>();

const server = createServer((request, response) => {
  const send = (body: object): void =>
    void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  if (request.url === "/keys") {
    send(published);
    return;
  }
  let text = "";
  request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  request.on("end", () => {
    // The poller's own request (RFC 8936 §2.2).
    const { ack = [] } = JSON.parse(text) as { ack?: readonly string[] };
    for (const jti of ack) stream.delete(jti);
    send({ sets: Object.fromEntries(stream) });
  });
});
await once(server.listen(0, "127.0.0.1"), "listening");
// It must not keep the process of the tests alive.
server.unref();
const address = server.address();
assert.ok(typeof address === "object" && address !== null);
const origin = `http://127.0.0.1:${address.port}`;

/** The public keys, for the verifier of access tokens. */
export const keys = jwks(published);

/** How the provider is reached here. In production, its name is enough: its keys are found by discovery. */
export const provider = { issuer: origin, jwksUrl: `${origin}/keys`, algorithms: ["ES256"], allowLoopback: true } as const;

/** The address of the stream. */
export const streamUrl: string = `${origin}/stream`;

/** Signs a token as the provider does. */
export async function signed(typ: string, claims: Readonly<Record<string, unknown>>): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: "ES256", typ, kid: String(published.keys[0]?.kid) };
  return new SignJWT({ iss: origin, iat: now, exp: now + 120, jti: crypto.randomUUID(), ...claims })
    .setProtectedHeader(header)
    .sign(key);
}

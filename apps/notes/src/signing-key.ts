/** The private key that signs access tokens, as an operator gives it. */
import { createHash, createPrivateKey } from "node:crypto";
import { signingKey, type SigningKey } from "lockstep/jwt";
import { z } from "zod";

const PrivateKey = z.looseObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  alg: z.literal("ES256").default("ES256"),
  kid: z.string().optional(),
});

/** Private keys that everybody knows: the examples of RFC 7515 §A.3 and RFC 7517 §A.2. */
const published: ReadonlySet<string> = new Set([
  "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X7fCE9-E9LI",
  "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
]);
const fewestDistinctBytes = 8;

/**
 * Reads a private ES256 key: a JWK in JSON, or PEM. `kid` and `alg` may be left out; the name is then the thumbprint (RFC 7638).
 *
 * @throws Error, of several kinds, for anything else; none of their messages is fit to be shown, since they may hold a part of the key
 */
export function parseSigningKey(text: string): SigningKey {
  const jwk = PrivateKey.parse(text.startsWith("-----BEGIN") ? createPrivateKey(text).export({ format: "jwk" }) : JSON.parse(text));
  const { kty, crv, x, y, d } = jwk;
  if (published.has(d)) throw new RangeError("The key is printed in a standard");
  if (new Set(Buffer.from(d, "base64url")).size < fewestDistinctBytes) throw new RangeError("The key is not random");
  const thumbprint = createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
  return signingKey({ ...jwk, kid: jwk.kid ?? thumbprint });
}

/** Access tokens: who issues them, for whom, how long they live. */
import { Redacted } from "lockstep";
import { type Claims, generateSigningKey, jwks, jwtIssuer, jwtVerifier, publicJwks, type SigningKey } from "lockstep/jwt";
import { parseSigningKey } from "./signing-key.ts";
import { StartError } from "./start-error.ts";
import type { Store } from "./store/store.ts";
import type { User } from "./store/user.ts";

/** The scopes of the API. They limit what a token may do with notes; who may administer is a matter of the role. */
export const noteScopes = { "notes:read": "Read your notes", "notes:write": "Write, change and delete your notes" } as const;

/** The scopes that an account may have: all of them, so far. */
export function scopesOf(_user: User): string[] {
  return Object.keys(noteScopes);
}

/** Issues access tokens and verifies them. */
export interface AccessTokens {
  readonly lifetimeSeconds: number;
  issue(user: User, scope: string): Promise<string>;
  /** @throws InvalidCredential (or rejects with it): answered with 401 */
  verify(token: Redacted<string>): Claims | Promise<Claims>;
}

const audience = "notes";
const typ = "at+jwt";
const lifetimeSeconds = 600;

/**
 * Access tokens of one issuer, which is this API itself.
 *
 * @throws StartError for a key whose halves do not belong together
 */
export async function accessTokens(issuer: string, key: SigningKey): Promise<AccessTokens> {
  const signer = jwtIssuer({ issuer, audience, typ, key, lifetimeSeconds });
  const verifier = jwtVerifier({
    issuer,
    audience,
    typ,
    keys: jwks(publicJwks([key])),
    algorithms: ["ES256"],
    maxLifetimeSeconds: lifetimeSeconds,
  });
  try {
    await verifier.verify(new Redacted(await signer.issue({ sub: "self-test" })));
  } catch (cause) {
    throw new StartError("NOTES_SIGNING_KEY cannot sign: its private part does not belong to its public part.", { cause });
  }
  return {
    lifetimeSeconds,
    issue: ({ id }, scope) => signer.issue({ sub: id, client_id: "notes", scope }),
    verify: (token) => verifier.verify(token),
  };
}

/** The demo's own key, made at its first start and kept in its database. Production is given one (`NOTES_SIGNING_KEY`). */
export async function demoSigningKey(store: Store): Promise<SigningKey> {
  const kept =
    store.settings.find("signing_key") ?? store.settings.keep("signing_key", JSON.stringify(await generateSigningKey("ES256")));
  return parseSigningKey(kept);
}

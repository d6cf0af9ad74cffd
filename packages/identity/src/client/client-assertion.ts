/**
 * Client assertions (`private_key_jwt`, RFC 7523): a short-lived JWT that the client signs for one request. Each is accepted
 * once, so one that was overheard, or whose signature was changed to (r, n − s), is worthless (J-47).
 */
import { InvalidCredential, type Redacted } from "lockstep";
import { type Claims, type ExpectedType, type Jwks, jwks, type JwtVerifier, jwtVerifier } from "lockstep/jwt";
import type { Settings } from "../settings.ts";
import { spend } from "../store/spent.ts";
import type { Work } from "../store/statement.ts";
import type { ClientRecord } from "./client-store.ts";

/** The value of `client_assertion_type` (RFC 7523 §2.2). */
export const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

const algorithms = ["ES256", "EdDSA", "RS256", "PS256"] as const;
const maxLifetimeSeconds = 300;
const maxAssertionLength = 8192;
const clockToleranceSeconds = 5;

/** The claims of an assertion before it is verified. Use them only to find the keys. */
export interface UnverifiedAssertion {
  /** The client that it claims to come from. */
  readonly clientId: string;
  readonly hasType: boolean;
}

/** Reads the client that an assertion claims to come from. Returns `undefined` if the text is not a JWT. */
export function readAssertion(assertion: Redacted<string>): UnverifiedAssertion | undefined {
  const text = assertion.reveal();
  if (text.length > maxAssertionLength) return undefined;
  const [header, payload] = text.split(".").map(readPart);
  const clientId = payload?.["iss"];
  return header === undefined || typeof clientId !== "string" ? undefined : { clientId, hasType: "typ" in header };
}

function readPart(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    // Not JSON: the verifier would refuse it, too.
    return undefined;
  }
}

/**
 * Creates the verifier of a client's assertions. It accepts an assertion that the client signed about itself, for this server,
 * and that is valid for at most five minutes.
 *
 * The audience is the issuer and not the token endpoint (draft-ietf-oauth-rfc7523bis): a server that the client also uses could
 * otherwise name our endpoint as its own, and present here the assertion that the client made for it (CVE-2025-27371). It costs
 * clients that still send the URL of the endpoint a setting.
 *
 * @throws BuildError `wrong_key` or `weak_key` if the keys cannot be used
 */
export function assertionVerifier(
  client: { readonly id: string; readonly jwks: Jwks },
  typ: ExpectedType,
  { issuer, clock }: Pick<Settings, "issuer" | "clock">,
): JwtVerifier {
  return jwtVerifier({
    issuer: client.id,
    audience: issuer,
    keys: jwks(client.jwks),
    algorithms: [...algorithms],
    typ,
    maxLifetimeSeconds,
    maxTokenBytes: maxAssertionLength,
    clockToleranceSeconds,
    clock,
    // An assertion is accepted once, so there is nothing to cache.
    cache: { maxBytes: 0 },
  });
}

/**
 * Verifies an assertion and spends it. Returns `undefined` if the client signed it and it was never used before; otherwise the
 * reason, for the audit event.
 */
export async function assertionRefusal(
  assertion: Redacted<string>,
  { hasType }: UnverifiedAssertion,
  client: ClientRecord & { readonly jwks: Jwks },
  settings: Settings,
): Promise<string | undefined> {
  // RFC 7523 does not require `typ`. If it is present, it must not be that of another kind of token.
  const typ: ExpectedType = hasType ? ["JWT", "client-authentication+jwt"] : { absent: true };
  let claims: Claims;
  try {
    claims = await assertionVerifier(client, typ, settings).verify(assertion);
  } catch (error) {
    if (error instanceof InvalidCredential) return "wrong_assertion";
    throw error;
  }
  const { sub, jti, exp, aud } = claims;
  // The verifier also accepts a list with the issuer alone.
  if (aud !== settings.issuer) return "audience_not_the_issuer";
  if (sub !== client.id) return "assertion_about_another";
  if (jti === undefined || jti === "") return "assertion_without_jti";
  const isFirst = await settings.database.run(spendAssertion(client.id, jti, Math.ceil((exp + clockToleranceSeconds) * 1000)));
  return isFirst ? undefined : "assertion_replayed";
}

/** Spends the `jti` of a client's assertion until the assertion expires. Returns `false` if it was spent before. */
export function spendAssertion(clientId: string, jti: string, expiresAt: number): Work<boolean> {
  return spend(["client_assertion", clientId, jti], expiresAt);
}

/** Several issuers side by side: the token names its issuer, and only that one's verifier, keys and rules decide. */
import { BuildError, InvalidCredential } from "../problem/error.ts";
import type { Redacted } from "../secret/redacted.ts";
import type { JwtVerifier } from "../token/jwt-verifier.ts";
import { claimedIssuer, isJwt } from "./token-form.ts";
import { acceptedBy, isVerifier, tokenVerifier } from "./token-verifier.ts";

/**
 * Makes one verifier of several, for routes that accept the tokens of each. A JWT goes to the verifier whose issuer is exactly
 * its `iss`, which has not been verified yet; that verifier checks it like everything else. A token of an unknown issuer is
 * invalid, and nothing is fetched for it. Keys, caches and rules are never shared. An opaque token goes to the verifier with
 * `introspection`; at most one may have it, because an opaque token names no issuer, and it must not be shown to a stranger.
 *
 * The `issuer` of the result contains the issuers, separated by spaces. The subjects of two issuers can be equal: tell people
 * apart by `iss` and `sub`.
 *
 * @throws BuildError `wrong_option` for an empty list, for two verifiers of one issuer, and for two that introspect
 * @example
 * ```ts
 * const accessTokens = issuers([oidc(ours), oidc(partner)]);
 * const claims = accessTokens.claims(httpBearer());
 * const caller = authenticate({ claims }, ({ claims }) => findCaller(claims.iss, claims.sub));
 * ```
 */
export function issuers(verifiers: readonly [JwtVerifier, ...JwtVerifier[]]): JwtVerifier {
  if (!Array.isArray(verifiers) || verifiers.length === 0 || !verifiers.every(isVerifier)) {
    throw new BuildError("wrong_option", "Pass issuers() a list of verifiers, for example issuers([oidc({ … }), oidc({ … })])");
  }
  const each = verifiers.map((verifier) => ({ verifier, accepted: acceptedBy(verifier) }));
  const opaque = each.filter(({ accepted }) => accepted.introspects);
  if (opaque.length > 1) {
    throw new BuildError(
      "wrong_option",
      "Leave `introspection` to one verifier of issuers(): an opaque token does not say which issuer it is of",
    );
  }
  const byIssuer = verifierByIssuer(each.flatMap(({ verifier, accepted }) => accepted.issuers.map((iss) => [iss, verifier])));
  const asked = opaque[0]?.verifier;
  return tokenVerifier({
    issuer: verifiers.map(({ issuer }) => issuer).join(" "),
    maxTokenBytes: Math.max(...verifiers.map(({ maxTokenBytes }) => maxTokenBytes)),
    issuers: [...byIssuer.keys()],
    introspects: asked !== undefined,
    documented: each.flatMap(({ accepted }) => accepted.documented),
    audiences: each.flatMap(({ accepted }) => accepted.audiences),
    entries: each.flatMap(({ accepted }) => accepted.entries),
    verify: (token) => chosenFor(token, byIssuer, asked).verify(token),
    ready: async () => {
      await Promise.all(verifiers.map((verifier) => verifier.ready()));
    },
  });
}

/** @throws BuildError `wrong_option` for two of one issuer: which rules hold would depend on their order */
function verifierByIssuer(entries: readonly (readonly [string, JwtVerifier])[]): ReadonlyMap<string, JwtVerifier> {
  const found = new Map<string, JwtVerifier>();
  for (const [issuer, verifier] of entries) {
    if (found.has(issuer)) throw new BuildError("wrong_option", `Pass issuers() one verifier for each issuer: "${issuer}" has two`);
    found.set(issuer, verifier);
  }
  return found;
}

/** @throws InvalidCredential */
function chosenFor(
  token: Redacted<string>,
  byIssuer: ReadonlyMap<string, JwtVerifier>,
  asked: JwtVerifier | undefined,
): JwtVerifier {
  const text = token.reveal();
  if (typeof text !== "string") throw new InvalidCredential("not a text");
  const chosen = isJwt(text) ? byIssuer.get(claimedIssuer(text)) : asked;
  if (chosen === undefined) throw new InvalidCredential(isJwt(text) ? "another issuer" : "not a JWT");
  return chosen;
}

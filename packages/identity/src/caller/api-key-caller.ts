/** The owner of an API key, as a dependency. */
import { authenticate, connection, type Dependency, identified, type Scheme } from "lockstep";
import type { ApiKeys, VerifiedKey } from "../api-key/api-keys.ts";
import type { ApiClient, CallerFacts } from "../principal/principal.ts";
import { withAccount } from "./user-email.ts";

/**
 * Authenticates the owner of the key that a scheme extracted, with the scopes that the key grants. A key that is not valid is
 * 401; too many wrong keys are 429.
 */
export function keyCaller(apiKeys: Pick<ApiKeys, "verify">, scheme: Scheme<string, string>): Dependency<ApiClient, CallerFacts> {
  return authenticate({ key: scheme, connection: connection() }, async ({ key, connection }) => {
    const verified = await apiKeys.verify(key, connection);
    const caller = callerOf(verified);
    return identified(caller, { sub: caller.id, scope: verified.scopes.join(" ") });
  });
}

function callerOf({ id, owner, name, scopes }: VerifiedKey): ApiClient {
  if (owner.kind === "client") {
    return { kind: "service", id: owner.id, name: owner.name, credential: "api_key", scopes, keyId: id };
  }
  if (owner.kind === "external") return { kind: "external", id: owner.id, name, credential: "api_key", scopes, keyId: id };
  const user = {
    kind: "user",
    id: owner.account.id,
    name,
    credential: "api_key",
    scopes,
    sessionId: undefined,
    clientId: undefined,
    keyId: id,
    authenticatedAt: undefined,
  } as const;
  return withAccount(user, owner.account);
}

/** The owner of an API key, as a dependency. */
import { authenticate, type Dependency, identified, type Scheme } from "lockstep";
import type { ApiKeys, VerifiedKey } from "../api-key/api-keys.ts";
import type { ApiClient, CallerFacts } from "../principal/principal.ts";
import { withAccount } from "./user-email.ts";
import type { Settings } from "../settings.ts";
import { clientConnection } from "../throttle/client-connection.ts";

/** The services for verifying keys. */
export interface KeyServices {
  readonly apiKeys: Pick<ApiKeys, "verify">;
  readonly settings: Pick<Settings, "clientAddress">;
}

/**
 * Authenticates the owner of the key that a scheme extracted, with the scopes that the key grants. A key that is not valid is
 * 401; too many wrong keys are 429.
 */
export function keyCaller({ apiKeys, settings }: KeyServices, scheme: Scheme<string, string>): Dependency<ApiClient, CallerFacts> {
  return authenticate({ key: scheme, connection: clientConnection(settings) }, async ({ key, connection }) => {
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

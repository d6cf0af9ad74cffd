/** Maps of the environment that accept less, or read more, than the ready ones. */
import { InvalidCredential } from "../../problem/error.ts";
import type { ClaimsMap } from "../claims/caller.ts";
import type { ClaimsRecord } from "../claims/claim-reader.ts";

/** Answers about a client's own token often have no `sub` (RFC 7662 §2.2). Another `sub` with this prefix is refused. */
export const withoutSubject = { claim: "client_id", prefix: "client:" } as const;

/** Reads such a client as the one of its JWTs, whose `sub` is the client. */
export function withClients(map: ClaimsMap): ClaimsMap {
  return Object.freeze({
    name: map.name,
    read: (claims: ClaimsRecord) => {
      const { client_id: client, sub } = claims;
      const isClient = typeof client === "string" && sub === `${withoutSubject.prefix}${client}`;
      return map.read(isClient ? { ...claims, sub: client } : claims);
    },
  });
}

/** Accepts the tokens of these clients only, in whichever claim the provider names them. With an empty list, those of any. */
export function ofClients(map: ClaimsMap, clients: readonly string[]): ClaimsMap {
  if (clients.length === 0) return map;
  const allowed = new Set(clients);
  return Object.freeze({
    name: map.name,
    read: (claims: ClaimsRecord) => {
      const caller = map.read(claims);
      if (caller.client !== undefined && allowed.has(caller.client)) return caller;
      throw new InvalidCredential("the token was issued to a client that is not one of AUTH_AUTHORIZED_PARTIES");
    },
  });
}

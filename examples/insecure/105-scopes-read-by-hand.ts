// fails: compile — require a scope with scopes(user, "…") or use anyScope(user, "reason")
/**
 * Scopes that the handler compares by itself. A credential without scopes passes, nothing documents the scope, and the next
 * handler forgets the comparison. `grantedScopes()` shows less to a caller; `scopes()` refuses.
 */
import { deny, grantedScopes, post } from "lockstep";
import { activeUser } from "./secure.ts";

export const route = post("/invoices/remind", { deps: { user: activeUser, granted: grantedScopes(activeUser) } }, ({ granted }) => {
  if (granted?.includes("invoices:write") === false) deny("the token may only read");
});

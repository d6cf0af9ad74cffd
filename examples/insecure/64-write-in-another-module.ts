// fails: start-up scopes_unasked — ask for a scope with scopes(user, "…")
/**
 * A write in a module that does not know the scopes. It takes any authenticated user, so that no type says which scopes there
 * are, and forgets to ask. Start-up knows the whole graph.
 */
import { type Authenticated, createApi, post, type Route } from "lockstep";
import { activeUser, type User } from "./secure.ts";

const accountRoutes = (user: Authenticated<User>): readonly Route[] => [
  post("/close-account", { deps: { user } }, ({ user }) => `closed ${user.id}`),
];

export const api = createApi({ title: "Invoices", version: "1.0.0", routes: accountRoutes(activeUser) });

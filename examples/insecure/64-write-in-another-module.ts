// fails: start-up scopes_unasked — require a scope with scopes(user, "…")
/**
 * A write in a module that does not know the scopes. The module takes any authenticated user, so no type says which scopes
 * exist, and it forgets to ask for one. Start-up knows the whole graph.
 */
import { type Authenticated, createApi, post, type Route } from "lockstep";
import { activeUser, type User } from "./secure.ts";

const accountRoutes = (user: Authenticated<User>): readonly Route[] => [
  post("/close-account", { deps: { user }, status: 200 }, ({ user }) => `closed ${user.id}`),
];

export const api = createApi({ title: "Invoices", version: "1.0.0", routes: accountRoutes(activeUser) });

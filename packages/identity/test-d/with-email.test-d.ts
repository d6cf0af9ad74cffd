/** `withEmail()` takes a user who is authenticated, keeps its facts, and adds an address that may be missing. */
import { type Dependency, get, post, query, scopes } from "lockstep";
import type { Identity, User, UserWithEmail } from "lockstep-identity";
import { z } from "zod";

declare const auth: Identity<"notes:read">;

const user = auth.withEmail(auth.currentUser);
get("/a", { deps: { user: scopes(user, "notes:read") } }, ({ user }) => user.verifiedEmail?.toLowerCase() ?? user.id);
post("/b", { status: 200, deps: { user: auth.withEmail(scopes(auth.currentUser, "notes:read")) } }, ({ user }) => user.id);
get(
  "/c",
  { deps: { user: auth.withEmail(auth.apiClient as Dependency<User, "authenticated" | "credential" | "scopes-asked">) } },
  () => "",
);

declare const value: UserWithEmail;
// @ts-expect-error The address may be missing.
const email: string = value.verifiedEmail;

// @ts-expect-error The scopes of the user below still have to be asked for.
post("/d", { deps: { user } }, () => "");
// @ts-expect-error The value is not a user of identity.
auth.withEmail(auth.service);
// @ts-expect-error It does not authenticate.
auth.withEmail(query("id", z.string()));

export { email };

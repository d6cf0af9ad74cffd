/** `authorize()` gives the value or refuses; a boolean would be forgotten. */
import { authorize, deny, get, type ValueOf } from "lockstep";
import { type Equal, holds, type KnownOf, some } from "./assert.ts";
import { activeUser, currentUser, flip, token, type User } from "./example.ts";

const user = currentUser;

holds<Equal<ValueOf<typeof activeUser>, User>>();
holds<Equal<Extract<KnownOf<typeof activeUser>, "authorized" | "reaches-any">, "authorized">>();
const reaching = authorize({ user }, ({ user }) => user, { reach: "any" });
holds<Equal<Extract<KnownOf<typeof reaching>, "authorized" | "reaches-any">, "authorized" | "reaches-any">>();
const owner = authorize({ user }, async ({ user }) => (flip ? { tenant: user.id } : deny("no tenant")));
get("/a", { deps: { owner } }, ({ owner }) => {
  holds<Equal<typeof owner, { tenant: string }>>();
  return owner.tenant;
});

// @ts-expect-error authorize() must return the value (an object) or deny(), not a boolean, a string
authorize({ user }, () => true);
// @ts-expect-error authorize() must return the value (an object) or deny()
authorize({ user }, ({ user }) => user.isActive);
// @ts-expect-error authorize() must return the value (an object) or deny()
authorize({ user }, async ({ user }) => user.role === "admin");
// @ts-expect-error authorize() must return the value (an object) or deny()
authorize({ user }, ({ user }) => user.role);
// @ts-expect-error authorize() must return the value (an object) or deny()
authorize({ user }, ({ user }) => user.isActive && user);
// @ts-expect-error authorize() must return the value (an object) or deny()
authorize({ user }, ({ user }) => user.email.length);
// @ts-expect-error authorize() must return the value (an object) or deny()
authorize({ user, token }, ({ token }) => token);
// A method that was not called.
// @ts-expect-error authorize() must return the value (an object) or deny()
authorize({ user }, () => some<{ isActive(): boolean }>().isActive);
// @ts-expect-error '"own"' is not assignable to type '"any"'
authorize({ user }, ({ user }) => user, { reach: "own" });
// @ts-expect-error 'raech' does not exist
authorize({ user }, ({ user }) => user, { raech: "any" });

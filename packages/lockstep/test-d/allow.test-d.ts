/** `allow()`: an explicit yes with a value that is neither a principal nor the value of a guard. */
import { allow, type Allowed, authenticate, authorize, deny, get, type ValueOf } from "lockstep";
import { type Equal, holds, type IsAny, type KnownOf, some } from "./assert.ts";
import { currentUser, flip, token } from "./example.ts";

interface Plan {
  readonly seats: number;
}
const user = currentUser;

// The allowed value is the value.
const plan = authorize({ user }, async () => (flip ? allow(some<Plan>()) : deny("no paid plan")));
holds<Equal<ValueOf<typeof plan>, Plan>>();
holds<Equal<IsAny<ValueOf<typeof plan>>, false>>();
holds<Equal<Extract<KnownOf<typeof plan>, "authenticated" | "authorized">, "authenticated" | "authorized">>();
get("/plan", { deps: { plan } }, ({ plan }) => plan.seats);
const permissions = authorize({ user }, () => allow(some<readonly string[]>()));
holds<Equal<ValueOf<typeof permissions>, readonly string[]>>();
const seats = authorize({ user }, ({ user }) => (user.isActive ? allow(some<number>()) : undefined));
holds<Equal<ValueOf<typeof seats>, number>>();
const either = authorize({ user }, ({ user }) => (flip ? user : allow(some<Plan>())));
get("/a", { deps: { either } }, ({ either }) => ("seats" in either ? either.seats : either.email));
holds<Equal<ReturnType<typeof allow<Plan>>, Allowed<Plan>>>();

// The answer of a check is not a value.
// @ts-expect-error Argument of type 'boolean' is not assignable to parameter of type 'Permission'
authorize({ user }, ({ user }) => allow(user.isActive));
// @ts-expect-error Argument of type 'boolean' is not assignable
authorize({ user }, () => allow(false));
// @ts-expect-error is not assignable to parameter of type 'Permission'
authorize({ user }, () => allow(some<Plan | undefined>()));
// Nor does it say who is asking.
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, () => allow({ id: "u1" }));

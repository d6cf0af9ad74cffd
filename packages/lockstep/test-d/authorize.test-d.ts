/** `authorize()` says yes with a principal, the value of a guard below, or `allow(value)`; anything else would be forgotten. */
import { z } from "zod";
import { authorize, deny, depends, get, nothing, path, problem, query, reply, type ValueOf } from "lockstep";
import { type Equal, holds, type IsAny, type KnownOf, some } from "./assert.ts";
import { activeUser, anyNote, client, currentUser, db, flip, id, ownNote, token, type User } from "./example.ts";

const user = currentUser;

holds<Equal<ValueOf<typeof activeUser>, User>>();
holds<Equal<IsAny<ValueOf<typeof activeUser>>, false>>();
holds<Equal<Extract<KnownOf<typeof activeUser>, "authorized" | "reaches-any">, "authorized">>();
const reaching = authorize({ user }, ({ user }) => user, { reach: "any" });
holds<Equal<Extract<KnownOf<typeof reaching>, "authorized" | "reaches-any">, "authorized" | "reaches-any">>();
// Something with an id of its own.
const tenant = authorize({ user }, async ({ user }) => (flip ? { id: 7, owner: user.id } : deny("no tenant")));
get("/a", { deps: { tenant } }, ({ tenant }) => {
  holds<Equal<typeof tenant, { id: number; owner: string }>>();
  return tenant.owner;
});
// The value of a guard, of whatever type: an object that was loaded.
const ownRow = depends({ note: ownNote }, ({ note }) => note);
const shared = authorize({ note: anyNote }, ({ note }) => (note.text === "" ? null : note));
get("/notes/:id", { deps: { shared } }, ({ shared }) => shared.text);
authorize({ user, client }, ({ user, client }) => (flip ? user : client));
authorize({ ownRow }, ({ ownRow }) => ownRow);
// In every form of a function.
authorize({ user }, async ({ user }) => {
  if (!user.isActive) deny("inactive");
  return user;
});
authorize({ user }, ({ user }) => (user.isActive ? user : undefined), { problems: { 429: "Too many requests." } });
authorize({ user }, ({ user }) => (flip ? user : problem(403, "no_plan", "No plan.")));

// @ts-expect-error authorize(): return an object with an id, the value of a guard below it, allow(value), or undefined to refuse; deny(reason) refuses too
authorize({ user }, () => true);
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, ({ user }) => user.isActive);
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, async ({ user }) => user.role === "admin");
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, ({ user }) => user.role);
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, ({ user }) => user.isActive && user);
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, ({ user }) => user.email.length);
// @ts-expect-error authorize(): return an object with an id
authorize({ user, token }, ({ token }) => token);
// A method that was not called.
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, () => some<{ isActive(): boolean }>().isActive);
// A refusal, a policy engine's answer, the rows that match.
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, ({ user }) => (flip ? user : reply(403, {})));
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, ({ user }) => (flip ? user : new Response("", { status: 403 })));
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, ({ user }) => (flip ? user : new Error("no")));
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, async ({ user }) => ({ allowed: user.isActive }));
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, ({ user }) => [{ userId: "root" }].filter((grant) => grant.userId === user.id));
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, ({ user }) => z.object({ role: z.literal("admin") }).safeParse(user));
// The value of a dependency that is not a guard.
// @ts-expect-error authorize(): return an object with an id
authorize({ user, db }, ({ db }) => db);
const rows = depends({ user }, () => some<readonly User[]>());
// @ts-expect-error authorize(): return an object with an id
authorize({ rows }, ({ rows }) => rows);
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, () => some<unknown>());

// Reaching any object rests on the principal, not on what the client sent.
// @ts-expect-error decide by the principal, or load the object with owned(): reaching any object must not depend on what the client sent
authorize({ user, role: query("role", z.enum(["user", "admin"])) }, ({ user }) => user, { reach: "any" });
// @ts-expect-error decide by the principal, or load the object with owned()
authorize({ user, id }, ({ user }) => user, { reach: "any" });
// @ts-expect-error decide by the principal, or load the object with owned()
authorize({ note: ownNote, user }, ({ user }) => user, { reach: "any" });
const year = path("year", z.int(), { identifies: nothing("a calendar year") });
// @ts-expect-error decide by the principal, or load the object with owned()
authorize({ user, year }, ({ user }) => user, { reach: "any" });
// Without the reach, they may decide.
authorize({ user, year }, ({ user, year }) => (year > 2_000 ? user : deny("archived")));

// @ts-expect-error '"own"' is not assignable to type '"any"'
authorize({ user }, ({ user }) => user, { reach: "own" });
// A reach that may be absent declares nothing.
const maybe = authorize({ user }, ({ user }) => user, { reach: flip ? "any" : undefined });
holds<Equal<Extract<KnownOf<typeof maybe>, "reaches-any">, never>>();
// @ts-expect-error 'reach' is missing
authorize({ user }, ({ user }) => user, flip ? { reach: "any" } : {});
// @ts-expect-error 'reach' is optional
authorize({ user }, ({ user }) => user, some<{ readonly reach?: "any" }>());
// @ts-expect-error 'raech' does not exist
authorize({ user }, ({ user }) => user, { problems: { 429: "Too many requests." }, raech: "any" });
// @ts-expect-error 'raech' does not exist
authorize({ user }, ({ user }) => user, { raech: "any" });

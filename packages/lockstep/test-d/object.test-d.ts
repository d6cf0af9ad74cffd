/** `owned()`, `permitted()` and `unowned()`: who may ask, what is checked, and which ids are cleared. */
import { authorize, depends, get, owned, permitted, unowned } from "lockstep";
import { type Equal, holds, type KnownOf, some } from "./assert.ts";
import {
  activeUser,
  admin,
  anyNote,
  bare,
  client,
  currentUser,
  db,
  id,
  type Note,
  ownNote,
  role,
  team,
  token,
  type User,
} from "./example.ts";

const user = activeUser;
const load = (): { readonly teamId: string } | undefined => ({ teamId: "t1" });

// The object is what was loaded, without the refusals.
get("/notes/:id", { deps: { own: ownNote, any: anyNote } }, ({ own, any }) => {
  holds<Equal<typeof own, Note>>();
  holds<Equal<typeof any, Note>>();
  return own.id === any.id;
});
// `belongs` is asked about the loaded object and given the same values.
owned(
  { id, user, db },
  ({ id, db }) => db.notes.find({ id }),
  (note, values) => {
    holds<Equal<typeof note, Note>>();
    holds<Equal<typeof values.user, User>>();
    return note.ownerId === values.user.id;
  },
);
// What is cleared, and what is not: the parameter stays used, the protections stay.
holds<Equal<Extract<KnownOf<typeof ownNote>, `object-id:${string}` | `param:${string}`>, "param:id">>();
holds<Equal<Extract<KnownOf<typeof ownNote>, "authenticated" | "authorized" | "reaches-any">, "authenticated" | "authorized">>();
// A loaded object authenticates nobody.
const shown = unowned("published", { id }, load);
holds<Equal<KnownOf<typeof shown>, "param:id">>();

// Somebody is asking.
// @ts-expect-error owned() needs to know who is asking
owned({ id, db }, load, () => true);
// @ts-expect-error owned() needs to know who is asking
owned({ id, token }, load, () => true);
// `belongs` is required, and answers at once: a promise would be truthy.
// @ts-expect-error Expected
owned({ id, user }, load);
// @ts-expect-error Type 'Promise<boolean>' is not assignable to type 'boolean'
owned({ id, user }, load, async () => true);
// @ts-expect-error is not assignable to type 'boolean'
owned({ id, user }, load, (object) => object.teamId);

// Being signed in, active or in possession of a scope is no reason to see other people's objects.
// @ts-expect-error permitted() needs someone who may reach any object
permitted({ id, user: currentUser }, load);
// @ts-expect-error permitted() needs someone who may reach any object
permitted({ id, user }, load);
// @ts-expect-error permitted() needs someone who may reach any object
permitted({ id, editor: role.require("editor") }, load);
// @ts-expect-error permitted() needs someone who may reach any object
permitted({ id, client }, load);
// @ts-expect-error permitted() needs someone who may reach any object
permitted({ id, bare }, load);
// @ts-expect-error permitted() needs someone who may reach any object
permitted({ id, clerk: authorize({ user }, ({ user }) => user) }, load);
permitted({ id, admin }, load);
permitted({ id, clerk: authorize({ user }, ({ user }) => user, { reach: "any" }) }, load);

// Several ids: those that are checked are named, the others stay.
// @ts-expect-error Several ids from the request are below: name those this load checks
owned({ id, team, user }, load, () => true);
// @ts-expect-error Several ids from the request are below: name those this load checks
permitted({ id, team, admin }, load);
// @ts-expect-error Several ids from the request are below: name those this load checks
unowned("published", { id, team }, load);
// @ts-expect-error "other"
owned({ id, team, user }, load, () => true, { checks: ["other"] });
// @ts-expect-error "other"
owned({ id, user }, load, () => true, { checks: ["other"] });
const both = owned({ id, team, user }, load, () => true, { checks: ["id", "team"] });
get("/teams/:team/:id", { deps: { both } }, ({ both }) => both.teamId);
const one = owned({ id, team, user }, load, () => true, { checks: ["id"] });
holds<Equal<Extract<KnownOf<typeof one>, `object-id:${string}`>, "object-id:team">>();
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/teams/:team/:id", { deps: { one } }, ({ one }) => one.teamId);
const oneShown = unowned("published", { id, team }, load, { checks: ["team"] });
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/teams/:team/:id", { public: "published", deps: { oneShown } }, () => 1);
const onePermitted = permitted({ id, team, admin }, load, { checks: ["team"] });
// @ts-expect-error IDOR: an id from the request reaches this handler
get("/teams/:team/:id", { deps: { onePermitted } }, () => 1);
// In steps: the team first, then the note below it.
const ownTeam = owned(
  { team, user },
  () => some<{ readonly members: string[] }>(),
  (found, { user }) => found.members.includes(user.id),
);
const teamNote = owned({ ownTeam, id, user }, load, () => true);
get("/teams/:team/:id", { deps: { teamNote } }, ({ teamNote }) => teamNote.teamId);
// Two ids below another dependency count too.
const pair = depends({ id, team }, (ids) => ids);
// @ts-expect-error Several ids from the request are below: name those this load checks
owned({ pair, user }, load, () => true);

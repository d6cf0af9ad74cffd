/** `owned()`, `permitted()` and `unowned()`: who may ask, what is checked, and which ids are cleared. */
import { authorize, depends, get, owned, permitted, unowned } from "lockstep";
import { type Equal, holds, type KnownOf, some } from "./assert.ts";
import { activeUser, admin, anyNote, bare, client, currentUser, db, id, type Note, ownNote, role, team, token } from "./example.ts";

const user = activeUser;
const ownerOf = (object: { readonly teamId: string }): string => object.teamId;
const load = (): { readonly teamId: string } | undefined => ({ teamId: "t1" });

// The object is what was loaded, without the refusals.
get("/notes/:id", { deps: { own: ownNote, any: anyNote } }, ({ own, any }) => {
  holds<Equal<typeof own, Note>>();
  holds<Equal<typeof any, Note>>();
  return own.id === any.id;
});
// The id is checked; the parameter stays used, the protections stay.
holds<
  Equal<
    Extract<KnownOf<typeof ownNote>, `object-id:${string}` | `param:${string}` | `checked:${string}`>,
    "param:id" | "checked:path.id"
  >
>();
holds<Equal<Extract<KnownOf<typeof ownNote>, "authenticated" | "authorized" | "reaches-any">, "authenticated" | "authorized">>();
// A loaded object authenticates nobody.
const shown = unowned("published", { id }, load);
holds<Equal<KnownOf<typeof shown>, "input" | "param:id" | "checked:path.id">>();

// Somebody is asking.
// @ts-expect-error owned(): add an authenticated dependency
owned({ id, db }, load, ownerOf);
// @ts-expect-error owned(): add an authenticated dependency
owned({ id, token }, load, ownerOf);
// Being signed in, being active or having a scope is not a reason to see other people's objects.
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, user: currentUser }, load);
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, user }, load);
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, editor: role.require("editor") }, load);
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, client }, load);
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, bare }, load);
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, clerk: authorize({ user }, ({ user }) => user) }, load);
permitted({ id, admin }, load);
permitted({ id, clerk: authorize({ user }, ({ user }) => user, { reach: "any" }) }, load);

// Several ids: those that are checked are named, the others stay.
// @ts-expect-error name the ids that this load checks, for example { checks: ["path.id"] }
owned({ id, team, user }, load, ownerOf);
// @ts-expect-error name the ids that this load checks, for example { checks: ["path.id"] }
permitted({ id, team, admin }, load);
// @ts-expect-error name the ids that this load checks, for example { checks: ["path.id"] }
unowned("published", { id, team }, load);
// @ts-expect-error "other"
owned({ id, team, user }, load, ownerOf, { checks: ["other"] });
// @ts-expect-error Type '"id"' is not assignable to type '"path.id"'
owned({ id, user }, load, ownerOf, { checks: ["id"] });
// @ts-expect-error "other"
owned({ id, user }, load, ownerOf, { checks: ["other"] });
const both = owned({ id, team, user }, load, ownerOf, { checks: ["path.id", "path.team"] });
get("/teams/:team/:id", { deps: { both } }, ({ both }) => both.teamId);
const one = owned({ id, team, user }, load, ownerOf, { checks: ["path.id"] });
holds<Equal<Extract<KnownOf<typeof one>, `object-id:${string}`>, "object-id:path.team">>();
// @ts-expect-error check path("team") with owned(), permitted() or unowned()
get("/teams/:team/:id", { deps: { one } }, ({ one }) => one.teamId);
const oneShown = unowned("published", { id, team }, load, { checks: ["path.team"] });
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/teams/:team/:id", { public: "published", deps: { oneShown } }, () => 1);
const onePermitted = permitted({ id, team, admin }, load, { checks: ["path.team"] });
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/teams/:team/:id", { deps: { onePermitted } }, () => 1);
// In steps: the team first, then the note below it.
const ownTeam = owned(
  { team, user },
  () => some<{ readonly members: string[] }>(),
  (found, { user }) => found.members.includes(user.id),
);
const teamNote = owned({ ownTeam, id, user }, load, ownerOf);
holds<Equal<Extract<KnownOf<typeof teamNote>, `checked:${string}`>, "checked:path.team" | "checked:path.id">>();
get("/teams/:team/:id", { deps: { teamNote } }, ({ teamNote }) => teamNote.teamId);
// Without the outer object, for a reason.
const apart = owned({ id, user }, load, ownerOf, { apart: "notes are found by themselves" });
get("/notes/:id", { deps: { apart } }, ({ apart }) => apart.teamId);
permitted({ id, admin }, load, { apart: "administrators find notes by themselves" });
// @ts-expect-error is not assignable to type 'string'
unowned("published", { id }, load, { apart: true });
// Two ids below another dependency count too.
const pair = depends({ id, team }, (ids) => ids);
// @ts-expect-error name the ids that this load checks, for example { checks: ["path.id"] }
owned({ pair, user }, load, ownerOf);

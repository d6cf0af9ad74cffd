/**
 * `firstOf()`: rules over one credential. Its value is that of the first that allows, and it protects as far as every rule does.
 */
import { anyOf, authorize, depends, firstOf, get, optional, permitted, type ValueOf } from "lockstep";
import { type Equal, holds, type IsAny, type KnownOf } from "./assert.ts";
import { activeUser, admin, anyNote, bare, client, currentUser, db, id, type Note, ownNote, type User } from "./example.ts";

const note = firstOf({ own: ownNote, any: anyNote });
// The plain value, without the name of the rule.
holds<Equal<ValueOf<typeof note>, Note>>();
holds<Equal<IsAny<ValueOf<typeof note>>, false>>();
get("/notes/:id", { deps: { note } }, ({ note }) => note.text);
// What every rule protects stays; what any warns of stays.
holds<Equal<KnownOf<typeof note>, KnownOf<typeof ownNote>>>();
holds<Equal<Extract<KnownOf<typeof anyNote>, "reaches-any">, "reaches-any">>();
const either = firstOf({ note: ownNote, user: activeUser });
holds<Equal<ValueOf<typeof either>, Note | User>>();
get("/notes/:id", { deps: { either } }, ({ either }) => ("text" in either ? either.text : either.email));
// The value of a guard, for a decision.
authorize({ note }, ({ note }) => note);
permitted(
  { id, who: firstOf({ admin, clerk: authorize({ user: currentUser }, ({ user }) => user, { reach: "any" }) }), db },
  ({ id, db }) => db.notes.find({ id }),
);

// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { who: firstOf({ user: activeUser, anyone: bare }) } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { who: firstOf({ user: activeUser, perhaps: optional(activeUser) }) } }, () => 1);
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, who: firstOf({ admin, user: activeUser }) }, () => ({ a: 1 }));
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
get("/notes/:id", { deps: { note: firstOf({ own: ownNote, raw: depends({ id, user: activeUser }, ({ id }) => id) }) } }, () => 1);
// @ts-expect-error add :id to the path: a dependency reads path("id")
get("/notes", { deps: { note } }, () => 1);
// By credential, the branch is told by its name; by rule, there is none.
const caller = anyOf({ user: activeUser, client });
get("/a", { deps: { caller } }, ({ caller }) => caller.via);
// @ts-expect-error Property 'via' does not exist on type 'Note'
get("/notes/:id", { deps: { note } }, ({ note }) => note.via);

/** The third function of `owned()`: the owner's id, the ids of several owners, or a decision of two parameters. */
import { z } from "zod";
import { anyOf, authorize, body, depends, get, owned, path, type ValueOf } from "lockstep";
import { type Equal, holds, type IsAny, some } from "./assert.ts";
import { activeUser, client, currentUser, db, flip, id, type Note, type User } from "./example.ts";

const user = activeUser;
const load = (): Note | undefined => some<Note>();

// By the owner's id, of each type, at once or later, and of nobody.
const own = owned(
  { id, user, db },
  ({ id, db }) => db.notes.find({ id }),
  (note) => {
    holds<Equal<typeof note, Note>>();
    holds<Equal<IsAny<typeof note>, false>>();
    return note.ownerId;
  },
);
holds<Equal<ValueOf<typeof own>, Note>>();
owned({ id, user }, load, () => 7);
owned({ id, user }, load, (note) => BigInt(note.ownerId));
owned({ id, user }, load, async (note) => note.ownerId);
owned({ id, user }, load, (note) => (flip ? note.ownerId : null));
owned({ id, user }, load, (note) => (flip ? note.ownerId : undefined));

// Several objects: the ids of their owners.
const Ids = body(z.object({ ids: z.array(z.string()) }));
const several = owned(
  { list: Ids, user },
  ({ list }) => list.ids.map(() => some<Note>()),
  (notes) => notes.map((note) => note.ownerId),
);
holds<Equal<ValueOf<typeof several>, Note[]>>();
owned(
  { list: Ids, user },
  () => some<readonly Note[]>(),
  async (notes) => notes.map((note) => (flip ? note.ownerId : null)),
);

// A decision takes the object and the values.
owned(
  { id, user, db },
  ({ id, db }) => db.notes.find({ id }),
  (note, values) => {
    holds<Equal<typeof note, Note>>();
    holds<Equal<typeof values.user, User>>();
    holds<Equal<IsAny<typeof values>, false>>();
    return note.ownerId === values.user.id;
  },
);
owned({ id, user }, load, async (note, { user }) => note.ownerId === user.id);
owned({ id, who: anyOf({ user, client }) }, load, (note, { who }) => who.via === "user" && note.ownerId === who.value.id);
// The values may help to find the id, too.
owned({ id, user }, load, (note, { user }) => (user.isActive ? note.ownerId : undefined));

// @ts-expect-error owned(): return the owner's id, (note) => note.ownerId; a function that returns true or false takes two parameters, the object and the values
owned({ id, user }, load, () => true);
// @ts-expect-error owned(): return the owner's id
owned({ id, user }, load, (note) => note.ownerId !== "");
// @ts-expect-error owned(): return the owner's id
owned({ id, user }, load, async () => true);
// @ts-expect-error owned(): return the owner's id
owned({ id, user }, load, (note) => (flip ? note.ownerId : true));
owned(
  { list: Ids, user },
  () => [some<Note>()],
  // @ts-expect-error owned(): return the owner's id
  (notes) => notes.every((note) => note.ownerId === "u1"),
);
// @ts-expect-error Expected 3-4 arguments, but got 2
owned({ id, user }, load);
// Results that are neither an id nor a decision.
// @ts-expect-error is not assignable
owned({ id, user }, load, (note) => note);
// @ts-expect-error is not assignable
owned({ id, user }, load, (note) => ({ id: note.ownerId }));
// @ts-expect-error is not assignable
owned({ id, user }, load, () => new Date());
// @ts-expect-error is not assignable
owned({ id, user }, load, (note) => [[note.ownerId]]);
// @ts-expect-error is not assignable
owned({ id, user }, load, (note) => new Set([note.ownerId]));
// @ts-expect-error is not assignable
owned({ id, user }, load, (note) => [note.ownerId !== ""]);
// @ts-expect-error Property 'owner' does not exist on type 'Note'
owned({ id, user }, load, (note) => note.owner);

// Whose id is compared: an entry that a guard let through, with an id.
const orgId = path("orgId", z.string());
const member = authorize({ user }, ({ user }) => user);
const org = authorize({ user }, ({ user }) => ({ id: user.role, name: "the caller's own" }));
const ofOrg = owned({ orgId, org, user }, load, (note) => note.ownerId, { owner: "org" });
get("/orgs/:orgId", { deps: { ofOrg } }, ({ ofOrg }) => ofOrg.text);
owned({ orgId, org, member, client }, load, (note) => note.ownerId, { owner: "client" });
// @ts-expect-error Type '"other"' is not assignable to type '"
owned({ orgId, org, user }, load, (note) => note.ownerId, { owner: "other" });
// @ts-expect-error Type '"orgId"' is not assignable to type '"user"'
owned({ orgId, user }, load, (note) => note.ownerId, { owner: "orgId" });
const loose = depends({}, () => ({ id: "anyone" }));
// @ts-expect-error Type '"loose"' is not assignable to type '"user"'
owned({ id, user, loose }, load, (note) => note.ownerId, { owner: "loose" });
const named = depends({ user: currentUser }, ({ user }) => user.email);
// @ts-expect-error Type '"named"' is not assignable to type '"user"'
owned({ id, user, named }, load, (note) => note.ownerId, { owner: "named" });

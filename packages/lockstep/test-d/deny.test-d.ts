/** `deny()`, `notFound()` and `problem()` never return: they refuse as a statement, and what follows may rely on it. */
import {
  authenticate,
  authorize,
  createApi,
  deny,
  depends,
  get,
  notFound,
  owned,
  problem,
  resource,
  unchecked,
  type ValueOf,
} from "lockstep";
import { type Equal, holds, some } from "./assert.ts";
import { currentUser, db, flip, id, ownNote, token, type Note, type User } from "./example.ts";

const user = currentUser;

holds<Equal<ReturnType<typeof deny>, never>>();
holds<Equal<ReturnType<typeof notFound>, never>>();
holds<Equal<ReturnType<typeof problem>, never>>();

// As a statement: control flow narrows after it.
const found = authenticate({ token, db }, async ({ db }) => {
  const user = await db.users.find("u1");
  if (user === undefined) deny("unknown");
  holds<Equal<typeof user, User>>();
  return user;
});
holds<Equal<ValueOf<typeof found>, User>>();
const admin = authorize({ user }, ({ user }) => {
  if (user.role !== "admin") deny("not an admin");
  holds<Equal<typeof user.role, "admin">>();
  return user;
});
get("/admin", { deps: { admin } }, ({ admin }) => admin.email);
get("/notes/:id", { deps: { note: ownNote, db } }, async ({ db, note }) => {
  const again = await db.notes.find({ id: note.id });
  if (again === undefined) notFound();
  holds<Equal<typeof again, Note>>();
  return again.text;
});
get("/pay", { deps: { user } }, ({ user }) => {
  if (!user.isActive) problem(403, "limit", "Too much.");
  return "paid";
});
// Returned, thrown, and as an expression.
authorize({ user }, ({ user }) => {
  if (!user.isActive) return deny("inactive");
  return user;
});
authorize({ user }, ({ user }) => {
  if (!user.isActive) throw deny("inactive");
  return user;
});
const text = some<string | undefined>() ?? deny("empty");
holds<Equal<typeof text, string>>();
// A function that always refuses has no value.
const nobody = authorize({ user }, () => deny("closed"));
holds<Equal<ValueOf<typeof nobody>, never>>();

// In every kind of dependency, and in a handler.
const plain = depends({ user }, ({ user }) => (user.isActive ? user : deny("inactive")));
holds<Equal<ValueOf<typeof plain>, User>>();
resource({ user }, function* ({ user }) {
  if (!user.isActive) deny("inactive");
  yield user.email;
});
const theirs = owned(
  { id, user, db },
  async ({ id, db }) => (await db.notes.find({ id })) ?? deny("gone"),
  (note) => note.ownerId,
);
holds<Equal<ValueOf<typeof theirs>, Note>>();
get("/a", { deps: { user }, response: unchecked("a test") }, ({ user }) => (flip ? user : deny("closed")));
// Standing in for a dependency.
const api = createApi({ title: "T", version: "1", routes: [get("/me", { deps: { user } }, ({ user }) => user.email)] });
api.with([[user, depends({}, () => deny("signed out"))]]);

// A reason for the audit log.
// @ts-expect-error Expected 1 arguments, but got 0
authorize({ user }, () => deny());
// A denial that is made and not called refuses nobody, and narrows nothing.
authenticate({ token, db }, async ({ db }) => {
  const user = await db.users.find("u1");
  const refuse = (): unknown => (user === undefined ? deny : undefined);
  refuse();
  // @ts-expect-error 'user' is possibly 'undefined'
  return { id: user.id };
});

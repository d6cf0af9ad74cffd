/** `api.with()` and `run()`: the replacement of a dependency has its type. */
import { createApi, depends, get, identified, Redacted, run } from "lockstep";
import { type Equal, holds, some } from "./assert.ts";
import { activeUser, client, currentUser, type Note, ownNote, token, type User } from "./example.ts";

const api = createApi({ title: "T", version: "1", routes: [get("/me", { deps: { user: activeUser } }, ({ user }) => user.email)] });
const ada: User = { id: "u1", email: "ada@example.com", role: "user", isActive: true };

// A value, a principal with grants, a dependency of the same value whatever its facts.
api.with([[currentUser, ada]]);
api.with([[currentUser, identified(ada, { sub: "u1", scope: "notes:read" })]]);
api.with([[currentUser, depends({}, () => ada)]]);
api.with([[currentUser, activeUser]]);
api.with([
  [currentUser, ada],
  [client, { id: "svc", name: "svc" }],
  [token, new Redacted("text")],
  [ownNote, { id: "n1", ownerId: "u1", text: "" }],
]);
holds<Equal<ReturnType<typeof api.with>, typeof api>>();
// Outside a test runner it is said aloud.
api.with([[currentUser, ada]], { testing: true });
// @ts-expect-error 'test' does not exist
api.with([[currentUser, ada]], { test: true });

// @ts-expect-error Type 'number' is not assignable to type 'string'
api.with([[currentUser, { ...ada, id: 7 }]]);
// @ts-expect-error is not assignable
api.with([[currentUser, { id: "u1" }]]);
// @ts-expect-error 'nam' does not exist
api.with([[client, { id: "svc", nam: "svc" }]]);
// @ts-expect-error is not assignable
api.with([[currentUser, client]]);
// @ts-expect-error is not assignable
api.with([[currentUser, undefined]]);
// @ts-expect-error Type 'string' is not assignable
api.with([[token, "text"]]);
// @ts-expect-error '"~dep"' is missing in type 'User'
api.with([[ada, ada]]);
// @ts-expect-error is not assignable
api.with([[currentUser, identified({ id: "u1" }, { sub: "u1" })]]);

// Outside HTTP.
const text = await run(ownNote, { with: [[ownNote, some<Note>()]] }, (note) => note.text);
holds<Equal<typeof text, string>>();
const note = await run(ownNote);
holds<Equal<typeof note, Note>>();
// @ts-expect-error is not assignable
await run(ownNote, { with: [[currentUser, { id: "u1" }]] });

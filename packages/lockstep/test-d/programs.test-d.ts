/**
 * Insecure programs as people wrote them, each stopped by one rule alone: the credential has no scopes unless they are the point.
 */
import { z } from "zod";
import {
  authenticate,
  authorize,
  body,
  deny,
  form,
  get,
  header,
  httpBearer,
  identified,
  InvalidCredential,
  owned,
  patch,
  path,
  permitted,
  post,
  query,
  reply,
  roles,
  scopes,
  unchecked,
} from "lockstep";

const users = new Map([["alice", { id: "alice", email: "a@x", passwordHash: "$argon2$…" }]]);
const notes = new Map([["n1", { id: "n1", ownerId: "alice", orgId: "A", text: "Alice's" }]]);
const token = httpBearer();
const user = authenticate({ token }, ({ token }) => users.get(token.reveal()));
const response = unchecked("a test");
const noteOwner = (note: { readonly ownerId: string }): string => note.ownerId;
const own = owned(
  { id: path("id", z.string()), user },
  ({ id }) => notes.get(id),
  (note) => note.ownerId,
);

// Values that are not principals grant nothing.
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, ({ token }) => [...users.values()].filter((user) => user.id === token.reveal()));
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, ({ token }) => users.get(token.reveal()) ?? new InvalidCredential("unknown"));
// @ts-expect-error authenticate(): return an object with an id, identified(principal, grants)
authenticate({ token }, ({ token }) => z.object({ id: z.literal("root") }).safeParse({ id: token.reveal() }));
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, ({ user }) => (user.id === "root" ? user : reply(403, {})));
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, ({ user }) => (user.id === "root" ? user : new Response("", { status: 403 })));
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, async ({ user }) => ({ allowed: user.id === "root" }));
// @ts-expect-error authorize(): return an object with an id
authorize({ user }, ({ user }) => [{ userId: "root" }].filter((grant) => grant.userId === user.id));

// An id in a body or a form, and nothing said.
const shared = body(z.object({ noteId: z.string() }));
// @ts-expect-error check "noteId" of body() with owned(), permitted() or unowned()
post("/notes/share", { deps: { user, shared }, response }, ({ shared }) => notes.get(shared.noteId));
const read = body(z.object({ ids: z.array(z.string()) }));
// @ts-expect-error check "ids" of body() with owned(), permitted() or unowned()
post("/notes/read", { deps: { user, read }, response }, ({ read }) => read.ids.map((id) => notes.get(id)));
const filled = form(z.object({ noteId: z.string() }));
// @ts-expect-error check "noteId" of form() with owned(), permitted() or unowned()
post("/form", { deps: { user, filled }, response }, ({ filled }) => notes.get(filled.noteId));
const change = body(z.object({ text: z.string(), orgId: z.string() }).partial());
// @ts-expect-error check "orgId" of body() with owned(), permitted() or unowned()
patch("/notes/:id", { deps: { note: own, change }, response }, ({ note, change }) => Object.assign(note, change));

// An id under another name.
const ids = query("ids", z.array(z.string()));
// @ts-expect-error check query("ids") with owned(), permitted() or unowned()
get("/notes", { deps: { user, ids }, response }, ({ ids }) => ids.map((id) => notes.get(id)));
const tenant = header("X-Tenant", z.string());
// @ts-expect-error check header("X-Tenant") with owned(), permitted() or unowned()
get("/notes", { deps: { user, tenant }, response }, ({ tenant }) => [...notes.values()].filter((note) => note.orgId === tenant));

// The word that a model wrote when it read the message.
// @ts-expect-error Type '"nothing"' is not assignable to type 'Identifies | undefined'
path("id", z.string(), { identifies: "nothing" });

// A read-only credential writes.
const limited = httpBearer({ scopes: { "notes:read": "Read", "notes:write": "Write" } });
const reader = authenticate({ limited }, () => identified({ id: "m" }, { sub: "m", scope: "notes:read" }));
const text = body(z.object({ text: z.string() }));
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
post("/notes", { deps: { reader, text } }, ({ text }) => text.text);
post("/notes", { status: 200, deps: { reader: scopes(reader, "notes:write"), text } }, ({ text }) => text.text);

// Two ids in one body, one of them checked; two ids of one name.
// @ts-expect-error say which members are ids
body(z.object({ from: z.string(), to: z.string() }), { identifies: "object" });
const copy = body(z.object({ from: z.string(), to: z.string() }), { identifies: { from: "object", to: "object" } });
owned(
  // @ts-expect-error name the ids that this load checks
  { copy, user },
  ({ copy }) => notes.get(copy.to),
  noteOwner,
);
const copied = owned(
  { copy, user },
  ({ copy }) => notes.get(copy.to),
  (note) => note.ownerId,
  { checks: ["body.to"] },
);
// @ts-expect-error check "from" of body() with owned(), permitted() or unowned()
post("/copy", { deps: { copied, copy }, response }, ({ copy }) => notes.get(copy.from));
const here = path("noteId", z.string());
const there = query("noteId", z.string());
owned(
  // @ts-expect-error name the ids that this load checks
  { here, there, user },
  ({ here }) => notes.get(here),
  noteOwner,
);

// A tenant's role that reaches every tenant, and a role that the client names.
const members = [{ userId: "mallory", orgId: "M", role: "admin" as const }];
const member = owned(
  { orgId: path("orgId", z.string()), user },
  ({ orgId }) => members.find((each) => each.orgId === orgId),
  (each) => each.userId,
);
// @ts-expect-error decide by the principal, or load the object with owned()
roles({ admin: ["viewer"], viewer: [] }, member, (each) => each.role, { reachAny: ["admin"] });
const claimed = header("X-Role", z.enum(["user", "admin"]).default("user"));
// @ts-expect-error decide by the principal, or load the object with owned()
authorize({ user, claimed }, ({ user, claimed }) => (claimed === "admin" ? user : deny("no")), { reach: "any" });
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id: here, user }, ({ id }) => notes.get(id));

// A function that asks nothing about the caller.
owned(
  { id: here, user },
  ({ id }) => notes.get(id),
  // @ts-expect-error owned(): return the owner's id
  () => true,
);
owned(
  { id: here, user },
  ({ id }) => notes.get(id),
  // @ts-expect-error owned(): return the owner's id
  (note) => note.ownerId !== "",
);

// The row as the answer.
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
get("/me", { deps: { user } }, ({ user }) => user);
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
get("/notes", { deps: { user } }, () => [...notes.values()]);
// @ts-expect-error declare { response: schema } or { response: unchecked("reason") }
get("/notes/:id", { deps: { own } }, ({ own }) => reply(200, own));

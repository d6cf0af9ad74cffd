/** Nothing that a user is given is `any`: that would accept every wrong program. */
import { z } from "zod";
import type * as lockstep from "lockstep";
import {
  allow,
  anyOf,
  anyScope,
  authenticate,
  authorize,
  body,
  createApi,
  depends,
  firstOf,
  get,
  group,
  nothing,
  optional,
  owned,
  path,
  permitted,
  post,
  query,
  resource,
  run,
  scopes,
  unowned,
  type Values,
  type ValueOf,
} from "lockstep";
import { holds, type IsAny } from "./assert.ts";
import { activeUser, admin, anyNote, bare, client, currentUser, db, id, ownNote, role, token, writer } from "./example.ts";

type NoneIsAny<T> = true extends { [K in keyof T]: IsAny<T[K]> }[keyof T] ? false : true;
type Not<T extends boolean> = T extends true ? false : true;

// The helper notices one.
holds<IsAny<ReturnType<typeof JSON.parse>>>();
holds<Not<NoneIsAny<{ readonly a: string; readonly b: ReturnType<typeof JSON.parse> }>>>();

// Every export.
holds<NoneIsAny<typeof lockstep>>();

// Every parameter of every function that a user writes.
authenticate({ token, db }, (values) => (holds<NoneIsAny<typeof values>>() ? { id: "x" } : undefined));
authorize({ user: currentUser, db }, (values) => (holds<NoneIsAny<typeof values>>() ? values.user : undefined));
depends({ user: currentUser, bare, db, id }, (values) => holds<NoneIsAny<typeof values>>());
resource({ user: currentUser, db }, function* (values) {
  yield holds<NoneIsAny<typeof values>>();
});
owned(
  { id, user: currentUser, db },
  (values) => (holds<NoneIsAny<typeof values>>() ? { a: 1 } : undefined),
  (object, values) => holds<Not<IsAny<typeof object>>>() && holds<NoneIsAny<typeof values>>(),
);
owned(
  { id, user: currentUser, db },
  (values) => (holds<NoneIsAny<typeof values>>() ? { ownerId: "u1" } : undefined),
  (object) => (holds<Not<IsAny<typeof object>>>() ? object.ownerId : undefined),
);
permitted({ id, admin, db }, (values) => (holds<NoneIsAny<typeof values>>() ? { a: 1 } : undefined));
unowned("published", { id, db }, (values) => (holds<NoneIsAny<typeof values>>() ? { a: 1 } : undefined));
get("/a/:id", { deps: { note: ownNote, user: activeUser, limit: query("limit", z.int()) } }, (values) =>
  holds<NoneIsAny<typeof values>>(),
);
post("/a", { status: 200, deps: { user: writer, change: body(z.object({ text: z.string() })) } }, (values) =>
  holds<NoneIsAny<typeof values>>(),
);
group({ prefix: "/v1", deps: { client } }).get("/a", { deps: { bare } }, (values) => holds<NoneIsAny<typeof values>>());
await run(ownNote, {}, (note) => holds<Not<IsAny<typeof note>>>());

// Every value, and the facts.
const made = {
  current: currentUser,
  active: activeUser,
  admin: role.require("admin"),
  scoped: scopes(activeUser, "notes:read"),
  maybe: optional(currentUser),
  either: anyOf({ user: activeUser, client }),
  first: firstOf({ own: ownNote, any: anyNote }),
  unasked: anyScope(activeUser, "a test"),
  plan: authorize({ user: currentUser }, () => allow({ seats: 1 })),
  token,
  id,
  year: path("year", z.int(), { identifies: nothing("a calendar year") }),
  own: ownNote,
} as const;
type Made = typeof made;
holds<NoneIsAny<Made>>();
holds<NoneIsAny<{ [K in keyof Made]: ValueOf<Made[K]> }>>();
holds<NoneIsAny<{ [K in keyof Made]: Made[K]["~dep"]["known"] }>>();
holds<NoneIsAny<{ [K in keyof Made]: Made[K]["~dep"]["sure"] }>>();
holds<NoneIsAny<Values<{ readonly user: typeof activeUser; readonly id: typeof id }>>>();

// Results.
const route = get("/a", { deps: { user: activeUser } }, () => 1);
holds<Not<IsAny<typeof route>>>();
holds<NoneIsAny<typeof route>>();
const api = createApi({ title: "T", version: "1", routes: [route] });
holds<NoneIsAny<typeof api>>();

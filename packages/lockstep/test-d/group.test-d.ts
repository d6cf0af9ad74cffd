/** A group's guard always runs, for every route of it and of the groups inside it. */
import { z } from "zod";
import {
  anyScope,
  type Authenticated,
  type Authorized,
  depends,
  get,
  group,
  nothing,
  optional,
  owned,
  path,
  type Route,
} from "lockstep";
import { type Equal, holds, some } from "./assert.ts";
import { activeUser, bare, type Client, client, flip, id, ownNote, team, type User, writer } from "./example.ts";

const v1 = group({ prefix: "/v1", tags: ["v1"], deps: { client } });

// The guard protects, and its values reach the handler beside the route's own.
v1.get("/a", {}, ({ client }) => {
  holds<Equal<typeof client, Client>>();
  return client.name;
});
v1.post("/a", { status: 200, deps: { user: writer } }, ({ client, user }) => {
  holds<Equal<typeof user, User>>();
  return `${client.name} ${user.email}`;
});
v1.put("/a", { status: 200 }, () => 1);
v1.patch("/a", { status: 200 }, () => 1);
v1.del("/a", {}, () => undefined);
// What the guard was asked for, its routes need not ask again.
const changing = group({ prefix: "/changing", deps: { user: writer } });
changing.post("/a", { status: 200 }, ({ user }) => user.email);
const free = group({ prefix: "/free", deps: { user: anyScope(activeUser, "scopes are about notes") } });
free.del("/a", { status: 200 }, ({ user }) => user.email);
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
group({ prefix: "/free", deps: { user: activeUser } }).del("/a", {}, () => 1);
// A group without a guard protects nothing, and a route in it says who may call it.
const open = group({ prefix: "/open" });
open.get("/a", { public: "reason" }, () => 1);
open.get("/a", { deps: { user: activeUser } }, () => 1);

// @ts-expect-error add an authenticated dependency or { public: "reason" }
open.get("/a", {}, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
group({ prefix: "/open", deps: { bare } }).post("/a", {}, () => 1);
// The guard cannot be shadowed, by something weaker or by itself.
// @ts-expect-error rename the dependency "client": the group already declares one of this name
v1.get("/a", { deps: { client: bare } }, () => 1);
// @ts-expect-error rename the dependency "client": the group already declares one of this name
v1.get("/a", { deps: { client } }, () => 1);
// @ts-expect-error rename the dependency "client": the group already declares one of this name
v1.get("/a", { deps: { client: depends({}, () => ({ name: "anyone" })), user: activeUser } }, () => 1);
// Nor declared away.
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
v1.get("/a", { public: "reason" }, () => 1);
// The group's id is the route's.
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
group({ prefix: "/notes/:id", deps: { user: activeUser, id } }).get("/a", {}, () => 1);
group({ prefix: "/notes/:id", deps: { note: ownNote } }).get("/text", {}, ({ note }) => note.text);
// @ts-expect-error check path("team") with owned(), permitted() or unowned()
v1.get("/teams/:team", { deps: { team } }, () => 1);
v1.get(
  "/data/:year",
  { deps: { year: path("year", z.int(), { identifies: nothing("a calendar year") }) } },
  ({ client, year }) => `${client.name} ${year}`,
);
// Routes outside the group have none of it.
// @ts-expect-error Property 'client' does not exist
get("/a", { deps: { user: activeUser } }, ({ client }) => client);

// Groups inside groups: prefixes join, dependencies add up.
interface Org {
  readonly id: string;
  readonly memberIds: readonly string[];
}
interface Task {
  readonly orgId: string;
  readonly title: string;
}
const text = z.string();
const org = owned(
  { orgId: path("orgId", text), user: activeUser },
  () => some<Org | undefined>(),
  ({ memberIds }) => memberIds,
);
const task = owned(
  { taskId: path("taskId", text), org, user: activeUser },
  () => some<Task>(),
  ({ orgId }, { org }) => orgId === org.id,
  {
    checks: ["path.taskId"],
  },
);
const app = group({ prefix: "/app", tags: ["app"], deps: { user: activeUser } });
const orgs = app.group({ prefix: "/orgs/:orgId", tags: ["orgs"], deps: { org } });
const tasks = orgs.group({ prefix: "/tasks/:taskId", deps: { task } });
tasks.get("/title", {}, ({ user, org, task }) => {
  holds<Equal<typeof user, User>>();
  holds<Equal<typeof org, Org>>();
  holds<Equal<typeof task, Task>>();
  return `${user.email} ${org.id} ${task.title}`;
});
tasks.get("/", {}, ({ task }) => task.title);
tasks.get("/notes/:id", { deps: { note: ownNote } }, ({ note }) => note.text);
orgs.group({}).get("/name", {}, ({ org }) => org.id);
group({ deps: { user: writer } })
  .group({ prefix: "/a" })
  .group({ tags: ["b"] })
  .post("/", { status: 200 }, ({ user }) => user.email);

// A route of a nested group may not do what a route of a group may not do.
// @ts-expect-error check path("taskId") with owned(), permitted() or unowned()
orgs.group({ prefix: "/tasks/:taskId", deps: { taskId: path("taskId", text) } }).get("/", {}, () => 1);
// @ts-expect-error add path("taskId", schema) to a dependency: nothing reads :taskId of the path
orgs.group({ prefix: "/tasks/:taskId" }).get("/", {}, () => 1);
// @ts-expect-error add :taskId to the path: a dependency reads path("taskId")
orgs.get("/", { deps: { task } }, () => 1);
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
tasks.del("/", {}, () => undefined);
// @ts-expect-error rename the dependency "user": the group already declares one of this name
tasks.get("/", { deps: { user: activeUser } }, () => 1);
// @ts-expect-error rename the dependency "org": the group already declares one of this name
tasks.get("/", { deps: { org } }, () => 1);
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
tasks.get("/", { public: "reason" }, () => 1);
const unguarded = group({ prefix: "/a", deps: { bare } }).group({ prefix: "/b" });
// @ts-expect-error add an authenticated dependency or { public: "reason" }: this route is unprotected
unguarded.get("/", {}, () => 1);
// Handlers of the outer group have nothing of the inner one.
// @ts-expect-error Property 'task' does not exist
orgs.get("/", {}, ({ task }) => task);
// And with a group.
// @ts-expect-error rename the dependency "user": the group already declares one of this name
tasks.group({ prefix: "/a", deps: { user: activeUser } });
// @ts-expect-error rename the dependency "org": the group already declares one of this name
tasks.group({ prefix: "/a", deps: { org: bare } });
// @ts-expect-error rename the dependency "org": the group already declares one of this name
tasks.group({ deps: { org: bare } });
// @ts-expect-error write the path as /segments, each parameter one of them (/notes/:id)
app.group({ prefix: "/a*" });
// @ts-expect-error write the path as /segments, each parameter one of them (/notes/:id)
app.group({ prefix: "a" });
// Nothing is known of a prefix that is not a literal: start-up reads it.
app.group({ prefix: some<string>() }).get("/title", { deps: { org } }, ({ org }) => org.id);
group({ prefix: some<string>(), deps: { user: activeUser } })
  .group({ prefix: "/b", deps: { org } })
  .get("/title", {}, ({ org }) => org.id);

// A group that is public: its routes need not say why.
const shop = group({ prefix: "/shop", public: "a shop window", deps: { bare } });
shop.get("/a", {}, ({ bare }) => bare.id);
shop.get("/a", { public: "prices are published" }, () => 1);
shop.get("/a", { deps: { user: optional(activeUser) } }, ({ user }) => user?.email ?? "stranger");
shop.group({ prefix: "/b" }).get("/a", {}, ({ bare }) => bare.id);
shop.group({ public: "another reason" }).post("/a", {}, () => undefined);
group({ public: "reason" }).get("/a", {}, () => 1);
group({ public: flip ? "a" : "b" }).get("/a", {}, () => 1);

// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
shop.get("/a", { deps: { user: activeUser } }, () => 1);
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
shop.group({ prefix: "/b" }).get("/a", { public: "reason", deps: { user: activeUser } }, () => 1);
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
group({ prefix: "/a", public: "reason", deps: { user: activeUser } });
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
group({ public: "reason", deps: { user: activeUser } });
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
shop.group({ prefix: "/mine", deps: { user: activeUser } });
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
shop.group({ deps: { user: activeUser } });
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
app.group({ prefix: "/open", public: "reason" });
// @ts-expect-error remove public or the authenticated dependency: a route cannot have both
app.group({ public: "reason" });
// @ts-expect-error say why in a few words: the reason is shown in the document
group({ prefix: "/a", public: "" });
// @ts-expect-error say why in a few words: the reason is shown in the document
group({ public: "" });
// @ts-expect-error check path("id") with owned(), permitted() or unowned()
shop.get("/notes/:id", { deps: { id } }, () => 1);
// Only sometimes public is not public.
// @ts-expect-error add an authenticated dependency or { public: "reason" }: this route is unprotected
group({ prefix: "/a", public: flip ? "reason" : undefined }).get("/a", {}, () => 1);
// @ts-expect-error Property 'public' is optional
group({ prefix: "/a", ...(flip ? { public: "reason" } : {}) }).get("/a", {}, () => 1);

// A route of a hidden group is one like any other.
const internal = group({ prefix: "/internal", hidden: true });
internal.get("/a", { deps: { user: activeUser } }, ({ user }) => user.email);
internal.get("/a", { deps: { user: activeUser }, hidden: false }, ({ user }) => user.email);
// @ts-expect-error add an authenticated dependency or { public: "reason" }: this route is unprotected
internal.get("/a", { hidden: true }, () => 1);

// Modules that are given who is asking.
export const taskRoutes = (user: Authenticated<User>, admin: Authorized<User>): readonly Route[] => {
  const own = owned(
    { orgId: path("orgId", text), user },
    () => some<Org>(),
    ({ memberIds }) => memberIds,
  );
  const mine = group({ prefix: "/mine", deps: { user } });
  const inOrg = mine.group({ prefix: "/orgs/:orgId", deps: { own } });
  return [
    mine.get("/", {}, ({ user }) => user.email),
    inOrg.get("/", {}, ({ user, own }) => `${user.email} ${own.id}`),
    inOrg.group({ prefix: "/admin", deps: { admin } }).get("/", {}, ({ admin, own }) => `${admin.email} ${own.id}`),
    inOrg.post("/", { status: 200, deps: { again: anyScope(user, "a test") } }, ({ again }) => again.email),
    group({ prefix: "/either", deps: { either: flip ? user : admin } }).get("/", {}, ({ either }) => either.email),
    // @ts-expect-error remove public or the authenticated dependency: a route cannot have both
    group({ prefix: "/open", public: "reason", deps: { user } }).get("/", {}, () => 1),
    // @ts-expect-error rename the dependency "user": the group already declares one of this name
    mine.group({ prefix: "/a", deps: { user: admin } }).get("/", {}, () => 1),
  ];
};

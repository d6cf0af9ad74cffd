/** A group's guard always runs, for every route of it. */
import { z } from "zod";
import { anyScope, depends, get, group, nothing, path } from "lockstep";
import { type Equal, holds } from "./assert.ts";
import { activeUser, bare, type Client, client, id, ownNote, team, type User, writer } from "./example.ts";

const v1 = group({ prefix: "/v1", tags: ["v1"], deps: { client } });

// The guard protects, and its values reach the handler beside the route's own.
v1.get("/a", {}, ({ client }) => {
  holds<Equal<typeof client, Client>>();
  return client.name;
});
v1.post("/a", { deps: { user: writer } }, ({ client, user }) => {
  holds<Equal<typeof user, User>>();
  return `${client.name} ${user.email}`;
});
v1.put("/a", {}, () => 1);
v1.patch("/a", {}, () => 1);
v1.del("/a", {}, () => undefined);
// What the guard was asked for, its routes need not ask again.
const changing = group({ prefix: "/changing", deps: { user: writer } });
changing.post("/a", {}, ({ user }) => user.email);
const free = group({ prefix: "/free", deps: { user: anyScope(activeUser, "scopes are about notes") } });
free.del("/a", {}, ({ user }) => user.email);
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

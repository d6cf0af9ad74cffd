/** A route is authenticated, or public for a reason. */
import { createApi, del, depends, get, patch, post, put } from "lockstep";
import { activeUser, anyNote, bare, client, currentUser, db, ownNote, visitor } from "./example.ts";

// Each of these protects.
get("/me", { deps: { user: currentUser } }, ({ user }) => user.email);
get("/me", { deps: { user: activeUser, db } }, ({ user }) => user.email);
get("/me", { deps: { client } }, ({ client }) => client.name);
get("/me", { deps: { visitor } }, ({ visitor }) => visitor.id);
get("/me", { deps: { profile: depends({ user: activeUser, bare }, ({ user }) => user.email) } }, ({ profile }) => profile);
get("/notes/:id", { deps: { note: ownNote } }, ({ note }) => note.text);
get("/notes/:id", { deps: { note: anyNote } }, ({ note }) => note.text);
createApi({ title: "T", version: "1", routes: [get("/health", { public: "load balancer probe" }, () => "ok")] });

// None of these does.
// @ts-expect-error add an authenticated dependency or { public: "reason" }: this route is unprotected
get("/a", {}, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
post("/a", {}, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
put("/a", {}, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
patch("/a", {}, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
del("/a", {}, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: {} }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { db, bare } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { page: depends({ bare }, ({ bare }) => bare.id) } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { summary: "documents, does not protect", tags: ["admin"] }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
createApi({ title: "T", version: "1", routes: [get("/a", { deps: { bare } }, () => 1)] });

// A word that is misspelt does not pass silently.
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { dep: { user: activeUser } }, () => 1);
// @ts-expect-error 'dep' does not exist
get("/a", { deps: { user: activeUser }, dep: { db } }, () => 1);
// @ts-expect-error 'respnse' does not exist
get("/a", { deps: { user: activeUser }, respnse: undefined }, () => 1);
// Values that are not dependencies.
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { user: { id: "u1" } } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { user: activeUser, other: { id: "u1" } } }, () => 1);
// @ts-expect-error 'id' does not exist in type 'Giving<unknown>'
depends({ user: { id: "u1" } }, () => 1);
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { user: () => ({ id: "u1" }) } }, () => 1);

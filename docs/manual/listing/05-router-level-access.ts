import { authorize, createApi, del, deny, depends, get, group, header, post, problem } from "lockstep";
import { z } from "zod";
import { currentUser, role, writer } from "./02-roles-and-scopes.ts";
import { ownNote } from "./03-owning-objects.ts";
import { apiClient } from "./04-alternatives.ts";

// #region group
const v1 = group({ prefix: "/v1", tags: ["API v1"], deps: { client: apiClient } });

const partnerRoutes = [
  v1.get("/data", { response: z.object({ data: z.string() }) }, ({ client }) => ({ data: client.name })),
  v1.post("/events", { status: 202 }, () => "accepted"),
];
// #endregion

// #region more
const admin = group({ prefix: "/admin", tags: ["Admin"], deps: { admin: role.require("admin") } });

const adminRoutes = [
  admin.get("/me", {}, ({ admin }) => admin.email),
  admin.del("/cache", { deps: { user: writer } }, () => undefined), // has the group's dependencies and its own
];
// #endregion

export const partners = createApi({ title: "Partners", version: "1.0.0", routes: [...partnerRoutes, ...adminRoutes] });

// #region guard
const terms = authorize({ user: currentUser, version: header("X-Terms", z.string().optional()) }, ({ user, version }) =>
  version === "2025-06" ? user : deny("has not accepted the current terms"),
);

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  guard: terms,
  routes: [
    get("/me", { deps: { user: currentUser } }, ({ user }) => user.email),
    post("/notes", { deps: { user: writer }, status: 201 }, ({ user }) => `a note of ${user.id}`),
    del("/notes/:id", { deps: { note: ownNote, user: writer } }, () => undefined),
  ],
});
// #endregion

// #region gate
export const maintenance = { isOn: false };

const open = depends({}, () => {
  if (maintenance.isOn) problem(503, "maintenance", "Back in an hour.");
});
const shop = group({ prefix: "/shop", deps: { open, user: currentUser } });
// #endregion

export const shopApi = createApi({
  title: "Shop",
  version: "1.0.0",
  routes: [shop.get("/notes/:id", { deps: { note: ownNote } }, ({ note }) => note.text)],
});

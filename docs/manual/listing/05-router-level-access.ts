import { authorize, createApi, del, deny, get, group, header, post } from "lockstep";
import { z } from "zod";
import { currentUser, role } from "./02-roles-and-scopes.ts";
import { ownNote } from "./03-owning-objects.ts";
import { apiClient } from "./04-alternatives.ts";

// #region group
const v1 = group({ prefix: "/v1", tags: ["API v1"], deps: { client: apiClient } });

const partnerRoutes = [
  v1.get("/data", {}, ({ client }) => ({ data: client.name })),
  v1.post("/events", { status: 202 }, () => ({ accepted: true })),
];
// #endregion

// #region more
const admin = group({ prefix: "/admin", tags: ["Admin"], deps: { admin: role.require("admin") } });

const adminRoutes = [
  admin.get("/me", {}, ({ admin }) => ({ admin: admin.email })),
  admin.del("/cache", { deps: { user: currentUser } }, () => undefined), // the group's dependencies and its own
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
    get("/me", { deps: { user: currentUser } }, ({ user }) => ({ id: user.id })),
    post("/notes", { deps: { user: currentUser }, status: 201 }, ({ user }) => ({ ownerId: user.id })),
    del("/notes/:id", { deps: { note: ownNote } }, () => undefined),
  ],
});
// #endregion

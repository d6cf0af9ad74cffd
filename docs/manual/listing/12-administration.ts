import { authorize, createApi, deny, roles, scopes } from "lockstep";
import { auth } from "./12-identity.ts";

/** The application's own table: the role of each account. */
export const roleOf = new Map<string, "admin" | "user">();

const user = authorize({ user: auth.signedInUser }, ({ user }) => {
  const role = roleOf.get(user.id);
  return role === undefined ? deny("unknown here") : { id: user.id, role };
});
const role = roles({ admin: ["user"], user: [] }, user, ({ role }) => role, { reachAny: ["admin"] });
const admin = scopes(role.require("admin"), "notes:admin");

export const api = createApi({
  title: "Administration",
  version: "1.0.0",
  docs: { access: admin }, // administrators open it with their session cookie
  routes: [...auth.routes, ...auth.adminRoutes(admin)],
});

/** Roles are names of the hierarchy; reaching any object is declared for a role and not inherited. */
import { z } from "zod";
import { get, nothing, owned, path, permitted, roles } from "lockstep";
import { type Equal, holds, type KnownOf, some } from "./assert.ts";
import { activeUser, bare, client, db, id, role, team, token, type User } from "./example.ts";

const admin = role.require("admin");
const editor = role.require("editor");
get("/admin", { deps: { admin } }, ({ admin }) => {
  holds<Equal<typeof admin, User>>();
  return admin.email;
});
holds<Equal<Extract<KnownOf<typeof admin>, "authorized" | "reaches-any">, "authorized" | "reaches-any">>();
holds<Equal<Extract<KnownOf<typeof editor>, "authorized" | "reaches-any">, "authorized">>();
permitted({ id, admin, db }, ({ id, db }) => db.notes.find({ id }));
// A principal with several roles.
roles({ a: ["b"], b: [] }, client, () => ["a", "b"]).require("b");

// A role with reach rests on the principal: a tenant's administrator, loaded by a path parameter, reaches that tenant only.
const member = owned(
  { team, user: activeUser },
  () => some<{ readonly userId: string; readonly role: "admin" | "viewer" }>(),
  (membership) => membership.userId,
);
const inTeam = roles({ admin: ["viewer"], viewer: [] }, member, (membership) => membership.role);
get("/teams/:team", { deps: { admin: inTeam.require("admin") } }, ({ admin }) => admin.userId);
// @ts-expect-error decide by the principal, or load the object with owned(): reaching any object must not depend on what the client sent
roles({ admin: ["viewer"], viewer: [] }, member, (membership) => membership.role, { reachAny: ["admin"] });
const segment = path("year", z.int(), { identifies: nothing("a calendar year") });
const atYear = owned(
  { team, segment, user: activeUser },
  () => some<User>(),
  (user) => user.id,
  { checks: ["path.team"] },
);
// @ts-expect-error decide by the principal, or load the object with owned()
roles({ admin: [] }, atYear, () => "admin", { reachAny: ["admin"] });

// @ts-expect-error "amdin"
role.require("amdin");
// @ts-expect-error "edtor"
roles({ admin: ["edtor"], editor: [] }, activeUser, () => "admin");
// @ts-expect-error "root"
roles({ admin: [] }, activeUser, () => "admin", { reachAny: ["root"] });
// @ts-expect-error "adm"
roles({ admin: [] }, activeUser, () => "adm");
// @ts-expect-error Type 'string' is not assignable
roles({ admin: [] }, activeUser, (user) => user.email);
// @ts-expect-error roles(): pass an authenticated dependency
roles({ admin: [] }, bare, () => "admin");
// @ts-expect-error roles(): pass an authenticated dependency
roles({ admin: [] }, token, () => "admin");
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, editor, db }, ({ id, db }) => db.notes.find({ id }));
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, any: roles({ any: [] }, activeUser, () => "any").require("any"), db }, ({ id, db }) => db.notes.find({ id }));

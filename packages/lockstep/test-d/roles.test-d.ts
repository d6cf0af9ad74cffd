/** Roles are names of the hierarchy; reaching any object is declared for a role and not inherited. */
import { get, permitted, roles } from "lockstep";
import { type Equal, holds, type KnownOf } from "./assert.ts";
import { activeUser, bare, client, db, id, role, token, type User } from "./example.ts";

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
// @ts-expect-error roles() needs an authenticated dependency
roles({ admin: [] }, bare, () => "admin");
// @ts-expect-error roles() needs an authenticated dependency
roles({ admin: [] }, token, () => "admin");
// @ts-expect-error permitted() needs someone who may reach any object
permitted({ id, editor, db }, ({ id, db }) => db.notes.find({ id }));
// @ts-expect-error permitted() needs someone who may reach any object
permitted({ id, any: roles({ any: [] }, activeUser, () => "any").require("any"), db }, ({ id, db }) => db.notes.find({ id }));

/** The dependencies that protect the routes: who may do what. */
import { anyOf, authenticate, authorize, deny, depends, owned, path, permitted, query, roles, scopes } from "lockstep";
import type { Caller, Identity } from "lockstep-identity";
import { z } from "zod";
import type { NoteScope } from "./scopes.ts";
import type { Store } from "./store/store.ts";
import { findUser, type User } from "./user.ts";

/** Every dependency of the API. */
export type Access = ReturnType<typeof access>;

/** Builds the dependencies from a store and the identity service. */
export function access(store: Store, auth: Identity<NoteScope>) {
  // One store for the whole process. A transaction for each request would need a connection for each.
  const db = depends({}, () => store, { lifetime: "app" });

  // Identity says whose credential it is. The profile says what the account may do here.
  const find = ({ caller, db }: { readonly caller: Caller; readonly db: Store }) => findUser(caller.id, db, auth.accounts);
  const isActive = ({ user }: { readonly user: User }) => (user.isActive ? user : deny("inactive"));
  const currentUser = authenticate({ caller: auth.currentUser, db }, find);
  const activeUser = authorize({ user: currentUser }, isActive);
  const reader = scopes(activeUser, "notes:read");
  const writer = scopes(activeUser, "notes:write");

  // A user who signed in, or a program with a key. Keys cannot administer.
  const signedInUser = authorize({ user: authenticate({ caller: auth.signedInUser, db }, find) }, isActive);
  const anyCaller = anyOf({ user: signedInUser, client: auth.apiClient });
  const role = roles({ admin: ["user"], user: [] }, signedInUser, (user) => user.role, { reachAny: ["admin"] });
  const admin = scopes(role.require("admin"), "notes:admin");

  const id = path("id", z.uuid());
  const ownNote = owned(
    { id, user: activeUser, db },
    ({ id, db }) => db.notes.find(id),
    (note) => note.ownerId,
  );
  const anyNote = permitted({ id, admin, db }, ({ id, db }) => db.notes.find(id));
  const anyUser = permitted({ id, admin, db }, ({ id, db }) => findUser(id, db, auth.accounts));

  const limit = query("limit", z.int().min(1).max(100).default(20));
  const page = depends({ limit, offset: query("offset", z.int().min(0).default(0)) }, (page) => page);

  return { db, currentUser, activeUser, reader, writer, admin, anyCaller, ownNote, anyNote, anyUser, page };
}

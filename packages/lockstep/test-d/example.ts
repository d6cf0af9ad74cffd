/** The small world of the type tests: schemes, principals, roles and an object, written as a user would write them. */
import { z } from "zod";
import {
  apiKeyCookie,
  apiKeyHeader,
  authenticate,
  authorize,
  deny,
  depends,
  identified,
  oauth2PasswordBearer,
  owned,
  path,
  permitted,
  resource,
  roles,
  sameSecret,
  scopes,
} from "lockstep";
import type { JwtVerifier } from "lockstep/jwt";

export interface User {
  readonly id: string;
  readonly email: string;
  readonly role: "admin" | "editor" | "user";
  readonly isActive: boolean;
}
export interface Client {
  readonly id: string;
  readonly name: string;
}
export interface Note {
  readonly id: string;
  readonly ownerId: string;
  readonly text: string;
}
export interface Db {
  readonly users: { find(id: string): Promise<User | undefined> };
  readonly notes: { find(where: { readonly id: string }): Promise<Note | undefined> };
}
declare function begin(): Promise<Db>;
declare const accessTokens: JwtVerifier;

/** Known to nobody at compile time. */
export declare const flip: boolean;

export const db = resource({}, async function* () {
  yield await begin();
});
export const token = oauth2PasswordBearer({
  tokenUrl: "/auth/token",
  scopes: { "notes:read": "Read notes", "notes:write": "Change notes" },
});
export const key = apiKeyHeader({ name: "X-API-Key" });
export const cookieKey = apiKeyCookie({ name: "__Host-session" });

/** Authenticated, with the scopes that the token grants. */
export const currentUser = authenticate({ claims: accessTokens.claims(token), db }, async ({ claims, db }) => {
  const user = await db.users.find(claims.sub);
  return user && identified(user, claims);
});
export const activeUser = authorize({ user: currentUser }, ({ user }) => (user.isActive ? user : deny("inactive")));
/** Authenticated, and asked for a scope. */
export const writer = scopes(activeUser, "notes:write");
/** Authenticated; what its credential grants is not known. */
export const client = authenticate({ key }, ({ key }): Client | undefined =>
  sameSecret(key, "expected") ? { id: "svc", name: "svc" } : undefined,
);
/** Authenticated by a cookie. */
export const visitor = authenticate({ cookieKey }, () => some<User | undefined>());
/** Nobody is asked for. */
export const bare = depends({}, () => ({ id: "x" }));

export const role = roles({ admin: ["editor"], editor: ["user"], user: [] }, activeUser, (user) => user.role, {
  reachAny: ["admin"],
});
export const admin = role.require("admin");

export const id = path("id", z.uuid());
export const team = path("team", z.string());
export const ownNote = owned(
  { id, user: activeUser, db },
  ({ id, db }) => db.notes.find({ id }),
  (note) => note.ownerId,
);
export const anyNote = permitted({ id, admin, db }, ({ id, db }) => db.notes.find({ id }));

export const Profile = z.object({ id: z.string(), email: z.string() });

declare function some<T>(): T;

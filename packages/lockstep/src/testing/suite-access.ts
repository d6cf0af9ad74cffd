/** Who may call what in the API of the host suite, and what it takes and shows. */
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { deny } from "../outcome/deny.ts";
import { owned } from "../access/owned.ts";
import { type Roles, roles } from "../access/roles.ts";
import { anyScope } from "../access/scopes.ts";
import { anyOf } from "../dependency/any-of.ts";
import type { Dependency } from "../dependency/dependency.ts";
import { resource } from "../dependency/resource.ts";
import { path } from "../input/path.ts";
import { apiKeyCookie } from "../scheme/api-key-cookie.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { httpBasic } from "../scheme/http-basic.ts";
import { oauth2PasswordBearer } from "../scheme/oauth2-password-bearer.ts";
import { sameSecret } from "../secret/same-secret.ts";
import { plainSchema } from "./plain-schema.ts";
import { type Note, type Person, serviceKey, type World } from "./world.ts";
import type { Schema } from "../schema/schema.ts";

/** The schemas of the suite's API. */
export const noteId: Schema<string> = plainSchema<string>({ type: "string", maxLength: 8 });
/** What a client sends to change a note. */
export const noteChange: Schema<{ readonly text: string }> = plainSchema<{ readonly text: string }>({
  type: "object",
  properties: { text: { type: "string", maxLength: 100 } },
  required: ["text"],
});
/** The members of a person that leave the API. */
export const profile: Schema<{ readonly id: string }> = plainSchema<{ readonly id: string }>({
  type: "object",
  properties: { id: { type: "string" } },
  required: ["id"],
});

type Known = "credential" | "authenticated";
type OfToken = Known | "scoped" | "scopes-unasked" | "scope:notes:read" | "scope:notes:write";
/** The service of the suite. */
interface Service {
  readonly id: string;
}
/** A branch of an alternative, and its value. */
interface By<V extends string, T> {
  readonly via: V;
  readonly value: T;
}

/** The dependencies of the suite's API: each verb, and each kind of credential. */
export interface Access {
  readonly db: Dependency<World>;
  readonly user: Dependency<Person, OfToken>;
  readonly active: Dependency<Person, OfToken | "authorized">;
  readonly role: Roles<"admin" | "user", "admin", Person, OfToken | "authorized">;
  readonly service: Dependency<Service, Known>;
  readonly session: Dependency<Person, Known | "scoped" | "cookie">;
  readonly login: Dependency<Person, Known>;
  readonly ownNote: Dependency<Note, OfToken | "authorized" | "input" | "param:id" | "checked:path.id">;
  readonly either: Dependency<
    By<"service", Service> | By<"session", Person> | By<"user", Person>,
    Known | "cookie" | "scope:notes:read" | "scope:notes:write"
  >;
}

/** Creates the dependencies on top of a world. */
export function accessOf(world: World): Access {
  const token = oauth2PasswordBearer({
    // Less than the hosts read of a header: the scheme must be the one that refuses.
    maxCredentialBytes: 8192,
    tokenUrl: "/oauth/token",
    scopes: { "notes:read": "Read notes", "notes:write": "Change notes" },
  });
  const key = apiKeyHeader({ name: "X-API-Key" });
  const cookie = apiKeyCookie({ name: "__Host-session" });
  const basic = httpBasic();
  const db = resource({}, async function* () {
    world.calls.push("open");
    try {
      yield world;
    } catch (error) {
      world.calls.push(`rollback ${error instanceof Error ? error.name : typeof error}`);
      throw error;
    }
    world.calls.push("commit");
  });
  const user = authenticate({ token, db }, ({ token, db }) => db.verify(token.reveal()));
  const active = authorize({ user }, ({ user }) => (user.isActive ? user : deny("inactive")));
  const role = roles({ admin: ["user"], user: [] }, active, (person) => person.role, { reachAny: ["admin"] });
  const service = authenticate({ key }, ({ key }) => (sameSecret(key, serviceKey) ? { id: "service" } : undefined));
  const session = authenticate({ cookie, db }, ({ cookie, db }) => db.verify(cookie.reveal()));
  const login = authenticate({ basic, db }, ({ basic, db }) => {
    const { username, password } = basic.reveal();
    return password === serviceKey ? db.findPerson(username) : undefined;
  });
  const ownNote = owned(
    { id: path("id", noteId), user: active, db },
    ({ id, db }) => db.findNote(id),
    (note) => note.ownerId,
  );
  const either = anyOf({ session, user: anyScope(user, "the suite asks which branch was used"), service });
  return { db, user, active, role, service, session, login, ownNote, either };
}

/** Records that a handler ran, and returns its result. */
export function ranOn(world: World): <T>(route: string, result: T) => T {
  return (route, result) => {
    world.handled.push(route);
    return result;
  };
}

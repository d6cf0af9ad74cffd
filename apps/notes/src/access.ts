/** Who may do what: the dependencies that the routes are protected with. */
import {
  anyOf,
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
  query,
  resource,
  roles,
  scopes,
} from "lockstep";
import { z } from "zod";
import { isSameKey, parseApiKey } from "./api-key.ts";
import type { Store } from "./store/store.ts";
import { type AccessTokens, noteScopes } from "./token.ts";

/** Every dependency of the API. */
export type Access = ReturnType<typeof access>;

/** Builds the dependencies over a store and the tokens. */
export function access(store: Store, tokens: AccessTokens) {
  // One for the process. A transaction for each request would need a connection for each: see `store/store.ts`.
  const db = resource(
    {},
    function* () {
      yield store;
      store.close();
    },
    { lifetime: "app" },
  );

  const token = oauth2PasswordBearer({ tokenUrl: "/auth/token", scopes: noteScopes });
  const key = apiKeyHeader({ name: "X-API-Key" });

  const currentUser = authenticate({ token, db }, async ({ token, db }) => {
    const claims = await tokens.verify(token);
    const user = db.users.find(claims.sub);
    return user && identified(user, claims);
  });
  const activeUser = authorize({ user: currentUser }, ({ user }) => (user.isActive ? user : deny("inactive")));
  const reader = scopes(activeUser, "notes:read");
  const writer = scopes(activeUser, "notes:write");
  const admin = roles({ admin: ["user"], user: [] }, activeUser, (user) => user.role, { reachAny: ["admin"] }).require("admin");

  const apiClient = authenticate({ key, db }, ({ key, db }) => {
    const parts = parseApiKey(key);
    if (parts === undefined) return deny("not a key of this API, or mistyped");
    const stored = db.apiKeys.find(parts.id);
    return isSameKey(parts, stored) ? identified({ name: stored.name }, { sub: `client:${stored.id}` }) : deny("no such key");
  });
  const anyCaller = anyOf({ user: activeUser, client: apiClient });

  const id = path("id", z.uuid());
  const ownNote = owned(
    { id, user: activeUser, db },
    ({ id, db }) => db.notes.find(id),
    (note, { user }) => note.ownerId === user.id,
  );
  const anyNote = permitted({ id, admin, db }, ({ id, db }) => db.notes.find(id));
  const anyUser = permitted({ id, admin, db }, ({ id, db }) => db.users.find(id));

  const limit = query("limit", z.int().min(1).max(100).default(20));
  const page = depends({ limit, offset: query("offset", z.int().min(0).default(0)) }, (page) => page);

  return { db, currentUser, activeUser, reader, writer, admin, apiClient, anyCaller, ownNote, anyNote, anyUser, page };
}

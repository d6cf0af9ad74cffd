import {
  anyScope,
  authenticate,
  createApi,
  del,
  get,
  identified,
  oauth2PasswordBearer,
  post,
  roles,
  scopes,
  stepUp,
} from "lockstep";
import { jwtVerifier } from "lockstep/jwt";
import { z } from "zod";
import { issuer, keys, notes, users } from "./setting.ts";

// #region scheme
const token = oauth2PasswordBearer({
  tokenUrl: "https://login.example/token",
  scopes: { "notes:read": "Read your notes", "notes:write": "Write your notes" },
});
// #endregion

// #region identified
const accessTokens = jwtVerifier({ issuer, audience: "notes", keys, algorithms: ["ES256"], typ: "at+jwt" });

export const currentUser = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => {
  const user = users.get(claims.sub);
  return user && identified(user, claims);
});
// #endregion

// #region roles
export const role = roles({ admin: ["editor"], editor: ["user"], user: [] }, currentUser, (user) => user.role, {
  reachAny: ["admin"],
});
// #endregion

// #region scopes
export const reader = scopes(currentUser, "notes:read");
export const writer = scopes(currentUser, "notes:write");
const archivist = scopes(currentUser, "notes:read", "notes:write");
// #endregion

// #region step-up
const careful = stepUp(writer, { maxAgeSeconds: 300, acr: ["urn:example:mfa"] });
// #endregion

const Note = z.object({ id: z.uuid(), text: z.string() });

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  routes: [
    // #region routes
    get("/notes", { deps: { user: reader }, response: z.array(Note) }, ({ user }) =>
      [...notes.values()].filter((note) => note.ownerId === user.id),
    ),
    post("/notes/archive", { deps: { user: archivist } }, () => undefined),
    get("/drafts", { deps: { editor: role.require("editor") } }, ({ editor }) => `Drafts for ${editor.email}`),
    get("/users", { deps: { admin: role.require("admin"), user: reader }, response: z.array(z.string()) }, () => [...users.keys()]),
    // #endregion
    // #region step-up-route
    del("/me", { deps: { user: careful } }, () => undefined),
    // #endregion
    // #region any-scope
    del("/me/sessions", { deps: { user: anyScope(currentUser, "anyone may sign out") } }, () => undefined),
    // #endregion
  ],
});

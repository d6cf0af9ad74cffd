import {
  createApi,
  del,
  get,
  InvalidCredential,
  oauthError,
  passwordRequestForm,
  post,
  problem,
  reply,
  resource,
  secret,
  stream,
  Unavailable,
} from "lockstep";
import { z } from "zod";
import { currentUser } from "./02-roles-and-scopes.ts";
import { tokenOf, users } from "./setting.ts";

// #region response
const Profile = z.object({ id: z.string(), email: z.email() });
const stored = { id: "alice", email: "alice@example.com", passwordHash: secret("$argon2id$…") };
// #endregion

// #region stream
async function* rows(): AsyncGenerator<string> {
  for (const { id } of users.values()) yield `${JSON.stringify({ id })}\n`;
}
// #endregion

// #region resource
export const log: string[] = [];

const db = resource({}, async function* () {
  log.push("begin");
  try {
    yield { insert: (what: string) => log.push(`insert ${what}`) };
    log.push("commit");
  } catch (error) {
    log.push("roll back");
    throw error;
  }
});
// #endregion

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  onError: (error) => log.push(`error: ${String(error)}`),
  routes: [
    // #region results
    get("/greeting", { public: "example" }, () => ({ hello: "world" })), // 200 and JSON
    del("/draft", { deps: { user: currentUser } }, () => undefined), // 204
    post("/jobs", { deps: { user: currentUser }, status: 202 }, () => ({ queued: true })),
    post("/notes", { deps: { user: currentUser } }, () => reply(201, { id: "n1" }, { headers: { location: "/notes/n1" } })),
    post("/theme", { deps: { user: currentUser } }, () => reply(204, undefined, { cookies: [{ name: "theme", value: "dark" }] })),
    get("/users.ndjson", { deps: { user: currentUser } }, () => stream(rows(), { type: "application/x-ndjson" })),
    // #endregion
    // #region profile
    get("/profile", { deps: { user: currentUser }, response: Profile }, () => stored),
    // #endregion
    // #region problem
    del("/admins/last", { deps: { user: currentUser } }, () => {
      throw problem(409, "last_admin", "The last administrator cannot be removed.");
    }),
    // #endregion
    // #region others
    get("/weather", { deps: { user: currentUser } }, () => {
      throw new Unavailable("the weather service does not answer", { retryAfterSeconds: 30 });
    }),
    get("/bug", { deps: { user: currentUser } }, () => {
      throw new TypeError("a detail that is nobody's business");
    }),
    get("/expired", { deps: { user: currentUser } }, () => {
      throw new InvalidCredential("the session has ended meanwhile");
    }),
    // #endregion
    // #region transaction
    post("/orders", { deps: { user: currentUser, db } }, ({ db }) => {
      db.insert("order");
      return reply(201, { id: 1 });
    }),
    post("/orders/refused", { deps: { user: currentUser, db } }, ({ db }) => {
      db.insert("order");
      throw problem(409, "out_of_stock", "There is none left.");
    }),
    // #endregion
    // #region oauth
    post("/auth/token", { public: "signing in", errors: "oauth", deps: { form: passwordRequestForm() } }, async ({ form }) => {
      if (!users.has(form.username)) throw oauthError("invalid_grant", "The user name or the password is wrong.");
      return { access_token: await tokenOf(form.username), token_type: "bearer", expires_in: 600 };
    }),
    // #endregion
  ],
});

import {
  anyScope,
  createApi,
  del,
  get,
  InvalidCredential,
  oauthError,
  passwordRequestForm,
  post,
  problem,
  put,
  type Redacted,
  reply,
  resource,
  sameSecret,
  secret,
  type Secret,
  stream,
  text,
  Unavailable,
} from "lockstep";
import { z } from "zod";
import { currentUser, writer } from "./02-roles-and-scopes.ts";
import { notes, tokenOf, users } from "./setting.ts";

// #region response
const Profile = z.object({ id: z.string(), email: z.email(), since: z.iso.datetime() });
const stored = { id: "alice", email: "alice@example.com", since: new Date(0), passwordHash: secret("$argon2id$…") };
// #endregion

// #region secrets
export function isStoredKey(presented: Redacted<string>, stored: Secret<string>): boolean {
  return sameSecret(presented, stored.reveal());
}
// #endregion

const Greeting = z.object({ hello: z.string() });
const Job = z.object({ isQueued: z.boolean() });
const Created = z.object({ id: z.string() });
const Token = z.object({ access_token: z.string(), token_type: z.string(), expires_in: z.int() });

// #region stream
async function* rows(): AsyncGenerator<string> {
  for (const { id } of users.values()) yield `${JSON.stringify({ id })}\n`;
}
// #endregion

/** The error that a database driver throws for a duplicate key. */
class UniqueViolation extends Error {}

// #region resource
export const log: string[] = [];

const db = resource({}, async function* () {
  log.push("begin");
  try {
    yield { insert: (what: string) => log.push(`insert ${what}`) };
    log.push("commit");
  } catch (error) {
    log.push("roll back");
    if (error instanceof UniqueViolation) problem(409, "duplicate", "This order exists already.");
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
    get("/greeting", { public: "example", response: Greeting }, () => ({ hello: "world" })), // 200 and JSON
    del("/draft", { deps: { user: writer }, status: 204 }, () => undefined), // 204
    post("/jobs", { deps: { user: writer }, status: 202, response: Job }, () => ({ isQueued: true })),
    post("/notes", { deps: { user: writer }, status: 201, response: Created }, () =>
      reply(201, { id: "n1" }, { headers: { location: "/notes/n1" } }),
    ),
    post("/theme", { deps: { user: anyScope(currentUser, "a theme is only a display setting") } }, () =>
      reply(204, undefined, { cookies: [{ name: "theme", value: "dark" }] }),
    ),
    // #endregion
    // #region successes
    put("/notes/draft", { deps: { user: writer }, responses: { 200: Created, 201: Created } }, () =>
      notes.has("draft") ? { id: "draft" } : reply(201, { id: "draft" }),
    ),
    // #endregion
    // #region media
    get("/notes.csv", { deps: { user: currentUser }, response: text("text/csv; charset=utf-8") }, () => "id,text\n"),
    get("/users.ndjson", { deps: { user: currentUser }, response: text("application/x-ndjson") }, () => stream(rows())),
    // #endregion
    // #region profile
    get("/profile", { deps: { user: currentUser }, response: Profile }, () => stored),
    // #endregion
    // #region problem
    del("/admins/last", { deps: { user: writer } }, () => problem(409, "last_admin", "The last administrator cannot be removed.")),
    // #endregion
    // #region codes
    post(
      "/admins",
      {
        deps: { user: writer },
        status: 204,
        problems: { 409: { already_admin: "They are an administrator.", too_many_admins: "There are five already." } },
      },
      () => problem(409, "too_many_admins", "There are five administrators already."),
    ),
    // #endregion
    // #region others
    get("/weather", { deps: { user: currentUser } }, () => {
      throw new Unavailable("the weather service does not answer", { retryAfterSeconds: 30 });
    }),
    get("/bug", { deps: { user: currentUser } }, () => {
      throw new TypeError("an internal detail");
    }),
    get("/expired", { deps: { user: currentUser } }, () => {
      throw new InvalidCredential("the session has ended");
    }),
    // #endregion
    // #region transaction
    post("/orders", { deps: { user: writer, db }, status: 201, response: Created }, ({ db }) => {
      db.insert("order");
      return { id: "o1" };
    }),
    post("/orders/duplicate", { deps: { user: writer, db } }, () => {
      throw new UniqueViolation("orders_pkey");
    }),
    post("/orders/refused", { deps: { user: writer, db } }, ({ db }) => {
      db.insert("order");
      problem(409, "out_of_stock", "This item is out of stock.");
    }),
    // #endregion
    // #region oauth
    post(
      "/auth/token",
      { public: "signing in", errors: "oauth", deps: { form: passwordRequestForm() }, response: Token },
      async ({ form }) => {
        if (!users.has(form.username)) throw oauthError("invalid_grant", "The user name or the password is wrong.");
        return { access_token: await tokenOf(form.username), token_type: "bearer", expires_in: 600 };
      },
    ),
    // #endregion
  ],
});

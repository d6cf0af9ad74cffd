/** A misspelt option does not compile in any public function that takes options, even next to a correct option. */
import assert from "node:assert/strict";
import { Redacted, secret } from "lockstep";
import { type Account, type Identity, identity, type IdentityOptions, logMail, tableAudit } from "lockstep-identity";
import { copyTables } from "lockstep-identity/database";
import { openPostgres } from "lockstep-identity/postgres";
import { smtpMail } from "lockstep-identity/smtp";
import { openSqlite } from "lockstep-identity/sqlite";
import { storeSuite } from "lockstep-identity/testing";

const database = openSqlite("a.db", { busyTimeoutMs: 1 });
const key = new Redacted("");
const mail = logMail(() => {});
const about = { database, issuer: "https://as.test", audience: "api", key, scopes: {}, mail } satisfies IdentityOptions;

// @ts-expect-error
openSqlite("a.db", { busyTimeoutMs: 1, busyTimeout: 1 });
// @ts-expect-error
openPostgres("postgres://host/name", { maxConnections: 1, maxConnection: 1 });
// @ts-expect-error
smtpMail({ url: "smtps://mail.example:465", from: "a@mail.example", timeout: 1 });
// @ts-expect-error
tableAudit(database, { maxWaiting: 1, interval: 1 });
// @ts-expect-error
await copyTables(database, database, { tables: [], onProgress: () => {} });
// @ts-expect-error
storeSuite("a", async () => ({ database }), { lack: [] });

// Open registration needs a decision about scopes.
const scoped = { ...about, scopes: { "notes:read": "Read notes" } } as const;
await identity({ ...scoped, registration: "open", defaultScopes: ["notes:read"] });
await identity({ ...scoped, registration: "open", scopesOf: () => [] });
await identity({ ...scoped, registration: "closed" });
// @ts-expect-error
await identity({ ...scoped, registration: "open" });
// @ts-expect-error
await identity({ ...scoped, registration: "open", defaultScopes: ["notes:write"] });

await identity({ ...about, demo: true });
// @ts-expect-error
await identity({ ...about, demo: true, registrations: "open" });
// @ts-expect-error
await identity({ ...about, lifetimes: { linkSeconds: 60, linkSecond: 60 } });
// @ts-expect-error
await identity({ ...about, links: { verify: "https://app.test/#{token}", rest: "" } });
// @ts-expect-error
await identity({ ...about, signingKeys: { keySetCacheSecond: 600 } });
// @ts-expect-error
await identity({ ...about, revocation: { pollMs: 1, poll: 1 } });
const login = { issuer: "https://login.example.com", audience: "web", algorithms: ["ES256"] } as const;
await identity({ ...about, providerEvents: { logout: [login] } });
// @ts-expect-error
await identity({ ...about, providerEvents: { logout: [login], logouts: [] } });
// @ts-expect-error
await identity({ ...about, providerEvents: { logout: [{ ...login, audiences: [] }] } });
// @ts-expect-error
await identity({ ...about, throttle: { signIn: { network: { attempts: 1, second: 1 } } } });

declare const auth: Identity<"notes:read">;
const { accounts, clients, apiKeys, sessions } = auth;
const password = new Redacted("");
const client = { name: "a", authentication: "none", grants: [], scopes: [] } as const;
const owner = { account: "a" };

// @ts-expect-error
await accounts.list({ limit: 1, afer: undefined });
// @ts-expect-error
await accounts.create({ email: "a@b.test", pasword: password });
// @ts-expect-error
await accounts.import({ id: "a", email: "a@b.test", passwordHash: undefined, createdAt: 0, requestID: "r" });
// @ts-expect-error
await accounts.setPassword("a", { password, session: "keep" });
// @ts-expect-error
await accounts.disable("a", { by: "b", requestID: "r" });
// @ts-expect-error
await accounts.enable("a", { by: "b", requestID: "r" });
// @ts-expect-error
await accounts.delete("a", { by: "b", requestID: "r" });
// @ts-expect-error
await accounts.endSessions("a", { reason: "signed_out", kinds: "browser" });

// @ts-expect-error
await clients.list({ limit: 1, afer: "a" });
// @ts-expect-error
await clients.create({ ...client, introspect: true });
// @ts-expect-error
await clients.disable("a", { by: "b", requestID: "r" });
// @ts-expect-error
await clients.enable("a", { by: "b", requestID: "r" });
// @ts-expect-error
await clients.replaceSecret("a", { by: "b", requestID: "r" });
// @ts-expect-error
await clients.delete("a", { by: "b", requestID: "r" });

// @ts-expect-error
await apiKeys.list(owner, { limit: 1, afer: "a" });
// @ts-expect-error
await apiKeys.create({ owner, name: "a", scopes: [], expiresInDay: 1 }, []);
// @ts-expect-error
await apiKeys.import({ id: "a", secretHash: secret(""), owner, name: "a", scopes: [], createdAt: 0, expireAt: 1 });
// @ts-expect-error
await apiKeys.rotate("a", { graceSecond: 1 }, []);
// @ts-expect-error
await apiKeys.revoke("a", { by: "b", requestID: "r" });

declare const account: Account;
// @ts-expect-error
sessions.start({ account, position: 0, kind: "browser", scope: "", userAgents: "a" }, () => assert.fail());
// @ts-expect-error
await sessions.list("a", { limit: 1, afer: "a" });
// @ts-expect-error
await sessions.rotate("a", { requestID: "r" });
// @ts-expect-error
await sessions.end({ accountId: "a", exept: "b" }, "signed_out");
// @ts-expect-error
await sessions.end({ id: "a" }, "signed_out", { requestID: "r" });

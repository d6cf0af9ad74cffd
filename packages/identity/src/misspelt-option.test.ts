import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, describe, test } from "node:test";
import { Redacted, secret } from "lockstep";
import type { Account } from "./account-table/account-row.ts";
import type { Identity } from "./identity.ts";
import * as root from "./index.ts";
import * as smtp from "./mail/smtp-mail.ts";
import * as store from "./store/index.ts";
import * as postgres from "./store/postgres/index.ts";
import * as sqlite from "./store/sqlite/index.ts";
import * as testing from "./testing/index.ts";

/** Calls a public function with correct options and the added ones. It may fail for another reason. */
type Call = (added: object) => unknown;

interface Stage {
  readonly database: store.Database;
  readonly auth: Identity<"notes:read">;
  readonly account: Account;
}

function openIdentity(database: store.Database, added: object = {}): Promise<Identity<"notes:read">> {
  return root.identity({
    database,
    issuer: "https://as.test",
    audience: "https://api.test",
    key: root.generateIdentityKey(),
    scopes: { "notes:read": "Read notes" },
    mail: root.logMail(() => {}),
    audit: () => {},
    ...added,
  });
}

/** The functions of the package, by the name in their message. */
function functionCalls({ database }: Stage): Readonly<Record<string, Call>> {
  const identity: Call = async (added) => (await openIdentity(database, added)).close();
  return {
    "identity()": identity,
    ...Object.fromEntries(
      ["lifetimes", "links", "signingKeys", "revocation", "throttle"].map((name) => [
        `\`${name}\``,
        (added: object) => identity({ [name]: added }),
      ]),
    ),
    "`providerEvents`": (added) =>
      identity({
        revocation: { foreignIssuers: ["https://login.example.com"] },
        providerEvents: { logout: [{ issuer: "https://login.example.com", audience: "web", algorithms: ["ES256"] }], ...added },
      }),
    "`throttle.signIn.network`": (added) => identity({ throttle: { signIn: { network: added } } }),
    "tableAudit()": (added) => root.tableAudit(database, added).close(),
    "copyTables()": (added) => store.copyTables(database, database, { tables: [], ...added }),
    "openSqlite()": (added) => sqlite.openSqlite(":memory:", added).close(),
    "openPostgres()": (added) => postgres.openPostgres("postgres://localhost/none", added).close(),
    "smtpMail()": (added) => smtp.smtpMail({ url: "smtp://localhost:1", from: "notes@mail.example", ...added }).close(),
  };
}

/** The methods of the object that `identity()` returns, by the name in their message. */
function methodCalls({ auth, account: { id } }: Stage): Readonly<Record<string, Call>> {
  const { accounts, subjects, clients, apiKeys, sessions } = auth;
  const subject = { issuer: "https://login.test", kind: "user", subject: "alice" } as const;
  const owner = { account: id };
  const grants = { name: "A key", scopes: ["notes:read"] };
  const times = { createdAt: 0, expiresAt: 1 };
  const hash = secret("Qbppa8KCKST3y6DOIRv93-ZTzrPJgSVaF3W-vxEL9C0");
  const client = { name: "A client", authentication: "none", grants: [], scopes: [] } as const;
  return {
    "accounts.list()": (added) => accounts.list({ limit: 1, ...added }),
    "accounts.create()": (added) => accounts.create({ email: "bob@example.com", ...added }),
    "accounts.import()": (added) =>
      accounts.import({ id: randomUUID(), email: "carol@example.com", passwordHash: undefined, createdAt: 0, ...added }),
    "accounts.setPassword()": (added) => accounts.setPassword("nobody", { password: new Redacted("x"), ...added }),
    "accounts.disable()": (added) => accounts.disable("nobody", added),
    "accounts.enable()": (added) => accounts.enable("nobody", added),
    "accounts.delete()": (added) => accounts.delete("nobody", added),
    "accounts.endSessions()": (added) => accounts.endSessions("nobody", { reason: "signed_out", ...added }),
    "subjects.find()": (added) => subjects.find({ ...subject, ...added }),
    "subjects.account()": (added) => subjects.account({ ...subject, ...added }),
    "subjects.link()": (added) => subjects.link(id, { ...subject, subject: "bob", ...added }),
    "subjects.unlink()": (added) => subjects.unlink(id, { ...subject, ...added }),
    "clients.list()": (added) => clients.list(added),
    "clients.create()": (added) => clients.create({ ...client, ...added }),
    "clients.disable()": (added) => clients.disable("nobody", added),
    "clients.enable()": (added) => clients.enable("nobody", added),
    "clients.replaceSecret()": (added) => clients.replaceSecret("nobody", added),
    "clients.delete()": (added) => clients.delete("nobody", added),
    "apiKeys.list()": (added) => apiKeys.list(owner, added),
    "apiKeys.create()": (added) => apiKeys.create({ owner, ...grants, ...added }, ["notes:read"]),
    "apiKeys.import()": (added) => apiKeys.import({ id: "0Az9bY7cX3dW", secretHash: hash, owner, ...grants, ...times, ...added }),
    "apiKeys.rotate()": (added) => apiKeys.rotate("nothing", added, []),
    "apiKeys.revoke()": (added) => apiKeys.revoke("nothing", added),
    "apiKeys.endAll()": (added) => apiKeys.endAll({ owner, ...added }),
    "sessions.list()": (added) => sessions.list("nobody", { limit: 1, ...added }),
    "sessions.rotate()": (added) => sessions.rotate("nothing", added),
    "sessions.confirm()": (added) => sessions.confirm("nothing", added),
    "sessions.end()": (added) => sessions.end({ id: "nothing", ...added }, "signed_out"),
    "sessions.start()": (added) =>
      sessions.start({ account: stage.account, position: 0, kind: "tokens", scope: "", ...added }, function* () {}).next(),
  };
}

/** Functions that take no options. */
const withoutOptions: ReadonlySet<string> = new Set(
  [
    "generateIdentityKey hashPassword verifyPassword needsRehash logMail migrate versionOf",
    "all first lock notify afterCommit sql",
    "numberOf numberOrNone textOf textOrNone textsOf row rows",
    "accounts.find accounts.findByEmail accounts.findByForeignId accounts.findMany subjects.of clients.find clients.findRecord",
    // A key is verified with the connection of its request, which has more properties than identity reads.
    "apiKeys.find apiKeys.verify apiKeys.flush apiKeys.close",
    "sessions.find sessions.findById sessions.flush sessions.close",
  ].flatMap((line) => line.split(" ").map((name) => `${name}()`)),
);

/** All functions of all entry points of the package, and all methods of its services. */
function publicNames({ auth }: Stage): readonly string[] {
  const entries = { ...root, ...store, ...sqlite, ...postgres, ...smtp, ...testing };
  const functions = Object.entries(entries).filter(
    ([, value]) => typeof value === "function" && !(value.prototype instanceof Error),
  );
  const methods = (["accounts", "subjects", "clients", "apiKeys", "sessions"] as const).flatMap((service) =>
    Object.getOwnPropertyNames(Object.getPrototypeOf(auth[service]))
      .filter((name) => name !== "constructor")
      .map((name) => `${service}.${name}()`),
  );
  return [...functions.map(([name]) => `${name}()`), ...methods];
}

const database = sqlite.openSqlite(":memory:");
const auth = await openIdentity(database);
const stage: Stage = { database, auth, account: await auth.accounts.create({ email: "alice@example.com" }) };
const suite: Call = (added) => testing.storeSuite("none", () => assert.fail(), { ...added });
const calls: Readonly<Record<string, Call>> = { ...functionCalls(stage), ...methodCalls(stage), "storeSuite()": suite };

after(async () => {
  await auth.close();
  await database.close();
});

/** Returns the error of a call, if it failed. */
async function failureOf(call: Call, added: object): Promise<unknown> {
  try {
    await call(added);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("a misspelt option", () => {
  for (const [name, call] of Object.entries(calls)) {
    test(`is refused by ${name}, and the message says what to write`, async () => {
      const error = await failureOf(call, { mispelt: undefined });
      assert.ok(error instanceof root.WrongIdentityOption, String(error));
      assert.ok(error.message.startsWith(`Correct or remove \`mispelt\`: ${name} takes `), error.message);
      // Without the option, the same call is not refused for its options. (storeSuite() would register tests within this one.)
      if (call !== suite) assert.ok(!((await failureOf(call, {})) instanceof root.WrongIdentityOption));
    });
  }

  test("is refused by every public function that takes options, because the list above is complete", () => {
    const unknown = publicNames(stage).filter((name) => !(name in calls) && !withoutOptions.has(name));
    assert.deepEqual(unknown, []);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Redacted } from "lockstep";
import { logMail } from "./mail/mail.ts";
import { WrongIdentityOption } from "./mechanism/wrong-identity-option.ts";
import { type IdentityOptions, settingsOf } from "./options.ts";
import { generateIdentityKey } from "./secret/identity-key.ts";
import { openSqlite } from "./store/sqlite/index.ts";

const right: IdentityOptions = {
  database: openSqlite(":memory:"),
  issuer: "https://as.test",
  audience: "https://api.test",
  key: generateIdentityKey(),
  scopes: { "notes:read": "Read notes" },
  mail: { send: async () => {} },
};

/** Returns the message about options, or `undefined`. The options are untyped, as in JavaScript. */
function complaint(changes: Readonly<Record<string, unknown>>): string | undefined {
  try {
    settingsOf({ ...right, ...changes });
    return undefined;
  } catch (error) {
    assert.ok(error instanceof WrongIdentityOption, String(error));
    return error.message;
  }
}

const audience = "Set `audience` to the name of your API";
const issuer = "Set `issuer` to the URL of this service, without a slash at its end: https://login.example.com";
const key = "Set `key` to new Redacted(IDENTITY_KEY): `lockstep-identity generate-key` makes one";
const keyPrefix = "Set `keyPrefix` to at most 20 lower-case letters and digits, the first of them a letter";
const scopes = 'Set `scopes` to your scopes with descriptions: { "notes:read": "Read notes" }';
const noKey = "Make a key with `lockstep-identity generate-key`: IDENTITY_KEY is not 32 bytes in base64url";
const options =
  "identity() takes database, issuer, audience, key, scopes, scopesOf, defaultScopes, scopesOfOwner, onAccountCreated, provider, providerEvents, mail, keyPrefix, passwordGrant, registration, demo, lifetimes, maxSessionsPerAccount, refreshReuse, links, throttle, revocation, signingKeys, keepAuditDays, audit, clock";
const lifetimes =
  "`lifetimes` takes accessTokenSeconds, refreshTokenSeconds, refreshFamilySeconds, refreshReuseWindowSeconds, sessionIdleSeconds, sessionSeconds, linkSeconds, invitationSeconds, recentSignInSeconds, signingKeySeconds";
const noRandomKey = "Make a key with `lockstep-identity generate-key`: IDENTITY_KEY is not random";

const wrong: readonly (readonly [name: string, changes: Readonly<Record<string, unknown>>, message: string])[] = [
  ["no audience", { audience: undefined }, audience],
  ["an empty audience", { audience: "" }, audience],
  ["no database", { database: undefined }, "Set `database` to openSqlite(…) or openPostgres(…)"],
  ["a path for a database", { database: "app.db" }, "Set `database` to openSqlite(…) or openPostgres(…)"],
  ["no mail", { mail: undefined }, "Set `mail` to smtpMail(…), or to logMail(…) while developing"],
  ["no scopes", { scopes: undefined }, scopes],
  ["a text for scopes", { scopes: "notes:read" }, scopes],
  ["a scope with a space", { scopes: { "notes read": "" } }, 'Rename "notes read" in `scopes`: it is not a scope (RFC 6749 §3.3)'],
  ["an empty scope", { scopes: { "": "" } }, 'Rename "" in `scopes`: it is not a scope (RFC 6749 §3.3)'],
  ["no session at all", { maxSessionsPerAccount: 0 }, "Set `maxSessionsPerAccount` to a whole number from 1 to 10000"],
  ["half a session", { maxSessionsPerAccount: 1.5 }, "Set `maxSessionsPerAccount` to a whole number from 1 to 10000"],
  ["a text for onAccountCreated", { onAccountCreated: "" }, "Set `onAccountCreated` to a generator: function* (account) { … }"],
  ["a prefix in capitals", { keyPrefix: "Notes" }, keyPrefix],
  ["a prefix with an underscore", { keyPrefix: "my_notes" }, keyPrefix],
  ["an empty prefix", { keyPrefix: "" }, keyPrefix],
  ["no issuer", { issuer: undefined }, issuer],
  ["an issuer without a scheme", { issuer: "as.test" }, issuer],
  ["an issuer with a slash at its end", { issuer: "https://as.test/" }, issuer],
  ["an issuer with a query", { issuer: "https://as.test?a=b" }, issuer],
  ["an issuer with a fragment", { issuer: "https://as.test#a" }, issuer],
  ["an issuer with a user", { issuer: "https://me@as.test" }, issuer],
  ["an issuer with a line break at its end", { issuer: "https://as.test\n" }, issuer],
  ["an issuer with a tab", { issuer: "https://as\t.test" }, issuer],
  ["an issuer with a backslash", { issuer: "https:\\\\as.test" }, issuer],
  ["an issuer without TLS", { issuer: "http://as.test" }, "Set `issuer` to an https URL: only loopback may use http"],
  [
    "an issuer that looks like loopback",
    { issuer: "http://127.0.0.1.as.test" },
    "Set `issuer` to an https URL: only loopback may use http",
  ],
  ["an issuer of another scheme", { issuer: "ftp://as.test" }, "Set `issuer` to an https URL: only loopback may use http"],
  ["no key", { key: undefined }, key],
  ["an empty list of keys", { key: [] }, key],
  ["a key as plain text", { key: generateIdentityKey().reveal() }, key],
  ["a list with a key as plain text", { key: [generateIdentityKey(), "a"] }, key],
  ["an empty key", { key: new Redacted("") }, noKey],
  ["a key from a manual (M-09)", { key: new Redacted("changeme") }, noKey],
  ["a key that is too short", { key: new Redacted("A".repeat(42)) }, noKey],
  ["a key of one byte over and over (M-09)", { key: new Redacted("00".repeat(32)) }, noRandomKey],
  ["a previous key that is malformed", { key: [generateIdentityKey(), new Redacted("old")] }, noKey],
  ["an option that does not exist", { keyprefix: "notes" }, `Correct or remove \`keyprefix\`: ${options}`],
  ["a property of every object", { toString: "notes" }, `Correct or remove \`toString\`: ${options}`],
  ["a registration that is neither", { registration: "opne" }, 'Set `registration` to "open" or "closed"'],
  ["a demo that is a text", { demo: "0" }, "Set `demo` to true or false"],
  ["a password grant that is a number", { passwordGrant: 1 }, "Set `passwordGrant` to true or false"],
  [
    "a lifetime that does not exist",
    { lifetimes: { accessTokenSecond: 60 } },
    `Correct or remove \`accessTokenSecond\`: ${lifetimes}`,
  ],
  [
    "a lifetime with the name of a property of every object",
    { lifetimes: { valueOf: 60 } },
    `Correct or remove \`valueOf\`: ${lifetimes}`,
  ],
  [
    "an access token of more than ten minutes",
    { lifetimes: { accessTokenSeconds: 601 } },
    "Set `accessTokenSeconds` to a whole number from 1 to 600",
  ],
  [
    "an access token without a life",
    { lifetimes: { accessTokenSeconds: 0 } },
    "Set `accessTokenSeconds` to a whole number from 1 to 600",
  ],
  ["half a second", { lifetimes: { linkSeconds: 60.5 } }, "Set `linkSeconds` to a whole number from 60 to 86400"],
  ["a lifetime as text", { lifetimes: { linkSeconds: "900" } }, "Set `linkSeconds` to a whole number from 60 to 86400"],
  [
    "a lifetime without end",
    { lifetimes: { sessionSeconds: Infinity } },
    "Set `sessionSeconds` to a whole number from 60 to 7776000",
  ],
  [
    "a window of more than a minute",
    { lifetimes: { refreshReuseWindowSeconds: 61 } },
    "Set `refreshReuseWindowSeconds` to a whole number from 0 to 60",
  ],
  [
    "a negative window",
    { lifetimes: { refreshReuseWindowSeconds: -1 } },
    "Set `refreshReuseWindowSeconds` to a whole number from 0 to 60",
  ],
  [
    "a way of reuse that does not exist",
    { refreshReuse: "always" },
    'Set `refreshReuse` to "within-window" or "until-successor-is-used"',
  ],
  [
    "a window for a reuse that has none",
    { refreshReuse: "until-successor-is-used", lifetimes: { refreshReuseWindowSeconds: 10 } },
    'Remove `refreshReuseWindowSeconds`: there is no window if `refreshReuse` is "until-successor-is-used"',
  ],
  [
    "identity's own scope among the application's",
    { scopes: { account: "Mine" } },
    "Rename `account` in `scopes`: identity has a scope of this name, to administer the account",
  ],
  ["a default scope that does not exist", { defaultScopes: ["admin"] }, "Set `defaultScopes` to an array of names in `scopes`"],
  ["default scopes as text", { defaultScopes: "notes:read" }, "Set `defaultScopes` to an array of names in `scopes`"],
  ["zero days for events", { keepAuditDays: 0 }, 'Set `keepAuditDays` to a whole number of days, 1 or more, or to "forever"'],
  [
    "a fraction of a day for events",
    { keepAuditDays: 1.1 },
    'Set `keepAuditDays` to a whole number of days, 1 or more, or to "forever"',
  ],
];

describe("the options of identity()", () => {
  for (const [name, changes, message] of wrong) {
    test(`refuses ${name}`, () => {
      assert.equal(complaint(changes), message);
      assert.equal(complaint({}), undefined, "the control");
    });
  }

  test("have secure defaults", () => {
    const { database, mail, key: _key, ...others } = right;
    const {
      keys,
      audit,
      clock,
      scopesOf,
      onAccountCreated,
      database: sameDatabase,
      mail: sameMail,
      ...settings
    } = settingsOf(right);
    assert.equal(sameDatabase, database);
    assert.equal(sameMail, mail);
    assert.deepEqual(keys.previous, []);
    assert.equal(clock, Date.now);
    const account = {
      id: "",
      email: "",
      foreignId: undefined,
      isSelfRegistered: false,
      createdAt: 0,
      verifiedAt: undefined,
      disabledAt: undefined,
    };
    assert.deepEqual(scopesOf({ ...account }), ["notes:read"]);
    assert.deepEqual(onAccountCreated(account).next(), { done: true, value: undefined });
    assert.ok(audit);
    assert.deepEqual(settings, {
      ...others,
      keyPrefix: "lockstep",
      keyEnvironment: "live",
      insecureCookies: false,
      passwordGrant: false,
      registration: "closed",
      clientAddress: "known",
      scopesOfOwner: undefined,
      maxSessionsPerAccount: 100,
      lifetimes: {
        accessTokenSeconds: 600,
        refreshTokenSeconds: 1_209_600,
        refreshFamilySeconds: 7_776_000,
        refreshReuseWindowSeconds: 10,
        sessionIdleSeconds: 28_800,
        sessionSeconds: 604_800,
        linkSeconds: 900,
        invitationSeconds: 604_800,
        recentSignInSeconds: 600,
        signingKeySeconds: 2_592_000,
      },
      refreshReuse: "within-window",
    });
  });

  test("accept http on loopback, and paths", () => {
    for (const issuer of ["http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000", "https://as.test/tenant"]) {
      assert.equal(settingsOf({ ...right, issuer }).issuer, issuer);
    }
  });

  test("accept several keys, the current one first", () => {
    const [current, previous] = [generateIdentityKey(), generateIdentityKey()];
    const settings = settingsOf({ ...right, key: [current, previous] });
    const ids = [current, previous].map((key) => settingsOf({ ...right, key }).keys.current.id);
    assert.deepEqual([settings.keys.current.id, ...settings.keys.previous.map(({ id }) => id)], ids);
  });

  test("accept 0, which turns the window of refresh tokens off and is not the default", () => {
    assert.equal(settingsOf({ ...right, lifetimes: { refreshReuseWindowSeconds: 0 } }).lifetimes.refreshReuseWindowSeconds, 0);
  });

  test("refuse a demo, and mail to the log, in production; only a demo has cookies without Secure (M-09, S-20)", (t) => {
    const before = process.env["NODE_ENV"];
    t.after(() => {
      if (before === undefined) delete process.env["NODE_ENV"];
      else process.env["NODE_ENV"] = before;
    });
    process.env["NODE_ENV"] = "production";
    assert.equal(complaint({ demo: true }), "Remove `demo`: it is refused if NODE_ENV is production");
    assert.equal(complaint({ demo: false }), undefined);
    assert.match(
      complaint({ mail: logMail(() => {}) }) ?? "",
      /^Set `mail` to smtpMail\(…\): logMail\(…\) is refused if NODE_ENV is production/,
    );
    process.env["NODE_ENV"] = "development";
    assert.equal(complaint({ mail: logMail(() => {}) }), undefined);
    const { insecureCookies, keyEnvironment } = settingsOf({ ...right, demo: true });
    assert.deepEqual([insecureCookies, keyEnvironment], [true, "demo"]);
  });

  test("never show a key in a message (M-08)", () => {
    const text = generateIdentityKey().reveal().slice(1);
    const told = complaint({ key: new Redacted(text) }) ?? "";
    assert.ok(told.length > 0 && !told.includes(text));
  });
});

test("the results of clock() and scopesOf() are checked at each call, and a wrong one is refused", () => {
  const account = {
    id: "a1",
    email: "a@example.test",
    foreignId: undefined,
    isSelfRegistered: false,
    verifiedAt: undefined,
    createdAt: 1,
    disabledAt: undefined,
  };
  const settings = settingsOf({ ...right, clock: () => Number.NaN, scopesOf: () => "notes:read" as unknown as string[] });
  assert.throws(() => settings.clock(), TypeError);
  assert.throws(() => settings.scopesOf(account), TypeError);
  const checked = settingsOf({ ...right, clock: () => 42, scopesOf: () => ["notes:read"] });
  assert.deepEqual([checked.clock(), checked.scopesOf(account)], [42, ["notes:read"]]);
});

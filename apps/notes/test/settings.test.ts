/** Settings: their defaults, and the message for each wrong setting. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { inspect } from "node:util";
import { generateIdentityKey } from "lockstep-identity";
import { type Environment, readSettings } from "../src/settings.ts";
import { StartError } from "../src/start-error.ts";

const identityKey = generateIdentityKey().reveal();
const demo = { NOTES_DEMO: "1" };
const production = { IDENTITY_KEY: identityKey };

function refusal(env: Environment): string {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  return "accepted";
}

suite("accepted settings", () => {
  test("the demo needs only NOTES_DEMO=1", () => {
    const settings = readSettings(demo);
    assert.deepEqual(settings, {
      mode: "demo",
      host: "127.0.0.1",
      port: 3000,
      sharesPort: false,
      trustedProxies: 0,
      database: { kind: "sqlite", path: "data/notes.db" },
      issuer: undefined,
      provider: undefined,
      registration: "open",
      smtp: undefined,
      identityKeys: [],
      password: undefined,
      apiKey: undefined,
    });
  });

  test("an empty variable counts as not set", () => {
    const empty = {
      HOST: "",
      PORT: "",
      DATABASE_URL: "",
      NOTES_ISSUER: "",
      NOTES_DEMO_PASSWORD: "",
      NOTES_DEMO_API_KEY: "",
      NOTES_REGISTRATION: "",
      IDENTITY_KEY: "",
      IDENTITY_KEY_PREVIOUS: "",
      SMTP_URL: "",
      MAIL_FROM: "",
      REUSE_PORT: "",
      TRUSTED_PROXIES: "",
      AUTH_ISSUER: "",
      AUTH_AUDIENCE: "",
    };
    assert.deepEqual(readSettings({ ...demo, ...empty }), readSettings(demo));
  });

  test("host, port, database and issuer are taken from the environment", () => {
    const settings = readSettings({ ...production, HOST: "::", PORT: "0", DATABASE_URL: "sqlite::memory:" });
    const { mode, host, port, database, issuer } = settings;
    assert.deepEqual(
      { mode, host, port, database, issuer },
      { mode: "production", host: "::", port: 0, database: { kind: "sqlite", path: ":memory:" }, issuer: undefined },
    );
    const url = "postgres://notes@db.example.com:5432/notes";
    assert.deepEqual(readSettings({ ...production, DATABASE_URL: url }).database, { kind: "postgres", url });
    assert.equal(readSettings({ ...production, NOTES_ISSUER: "https://notes.example.com" }).issuer, "https://notes.example.com");
  });

  test("mail, proxies, a shared port and registration are read if they are set", () => {
    const mail = { SMTP_URL: "smtps://u:p@mail.example.com", MAIL_FROM: "notes@example.com" };
    const settings = readSettings({ ...production, ...mail, NOTES_REGISTRATION: "1", REUSE_PORT: "1", TRUSTED_PROXIES: "2" });
    const { registration, sharesPort, trustedProxies, smtp } = settings;
    assert.deepEqual([registration, sharesPort, trustedProxies, smtp?.from], ["open", true, 2, "notes@example.com"]);
  });

  test("the previous key is read while IDENTITY_KEY is being replaced", () => {
    const settings = readSettings({ ...production, IDENTITY_KEY_PREVIOUS: generateIdentityKey().reveal() });
    assert.equal(settings.identityKeys.length, 2);
    assert.equal(settings.identityKeys[0]?.reveal(), identityKey);
  });

  test("the demo listens on any loopback address", () => {
    for (const HOST of ["127.0.0.1", "127.8.9.10", "::1", "localhost"]) assert.equal(refusal({ ...demo, HOST }), "accepted");
  });

  test("printed settings contain no secret", () => {
    const password = "seventeen purple walruses";
    const texts = [
      readSettings({ ...production, NOTES_ADMIN_EMAIL: "root@example.com", NOTES_ADMIN_PASSWORD: password }),
      readSettings({ ...demo, ...production, NOTES_DEMO_PASSWORD: password }),
    ].flatMap((settings) => [inspect(settings, { depth: 10 }), JSON.stringify(settings)]);
    for (const text of texts) assert.ok(!text.includes(password) && !text.includes(identityKey), text);
  });
});

suite("refused settings, with a message that says what to set", () => {
  test("the demo on an address that other machines can reach", () => {
    for (const HOST of ["0.0.0.0", "::", "192.168.1.5", "example.com", "127.0.0.1.example.com", "::ffff:127.0.0.1"]) {
      assert.match(refusal({ ...demo, HOST }), /^Set HOST to 127\.0\.0\.1, or leave out NOTES_DEMO /, HOST);
    }
  });

  test("invalid ports, databases and issuers", () => {
    for (const PORT of ["http", "-1", "65536", "3000.5", "NaN"]) assert.match(refusal({ ...demo, PORT }), /^Set PORT to/, PORT);
    for (const DATABASE_URL of ["mysql://localhost/notes", "data/notes.db", "sqlite:", "SQLITE:x", "postgres:"]) {
      assert.match(refusal({ ...demo, DATABASE_URL }), /^Set DATABASE_URL to sqlite:/, DATABASE_URL);
    }
    for (const NOTES_ISSUER of ["notes", "javascript:alert(1)"])
      assert.match(refusal({ ...demo, NOTES_ISSUER }), /^Set NOTES_ISSUER to/);
  });

  test("production without a key, however the demo is misspelt", () => {
    for (const env of [{}, { NOTES_DEMO: "true" }, { NOTES_DEMO: "0" }, { NOTES_DEMO: "" }])
      assert.match(refusal(env), /^Set IDENTITY_KEY to/);
  });

  test("an identity provider that is wrong, or on this machine in production", () => {
    const auth = { AUTH_ISSUER: "http://127.0.0.1:3001", AUTH_AUDIENCE: "notes", AUTH_ALLOW_LOOPBACK_ISSUER: "1" };
    assert.equal(refusal({ ...demo, ...auth }), "accepted");
    assert.match(refusal({ ...production, ...auth }), /^Leave out AUTH_ALLOW_LOOPBACK_ISSUER in production, .*\.$/);
    assert.match(refusal({ ...demo, ...auth, AUTH_AUDIENCE: "" }), /^Set AUTH_AUDIENCE to the name of this API/);
  });

  test("the demo's password and key, in production", () => {
    assert.match(
      refusal({ ...production, NOTES_DEMO_PASSWORD: "seventeen purple walruses" }),
      /^Leave out NOTES_DEMO_PASSWORD, or set NOTES_DEMO=1/,
    );
    assert.match(refusal({ ...production, NOTES_DEMO_API_KEY: "x" }), /^Leave out NOTES_DEMO_API_KEY, or set NOTES_DEMO=1/);
  });

  test("the signing key of the first version, which is no longer used", () => {
    assert.match(refusal({ ...production, NOTES_SIGNING_KEY: "{}" }), /^Leave out NOTES_SIGNING_KEY: it is no longer used/);
  });

  test("mail without a sender, registration without mail, and wrong switches and counts", () => {
    assert.match(refusal({ ...production, SMTP_URL: "mail.example.com" }), /^Set SMTP_URL to smtp:/);
    assert.match(refusal({ ...production, SMTP_URL: "smtp://mail.example.com" }), /^Set MAIL_FROM to/);
    assert.match(refusal({ ...production, NOTES_REGISTRATION: "1" }), /^Set SMTP_URL and MAIL_FROM: NOTES_REGISTRATION needs mail/);
    assert.match(refusal({ ...production, REUSE_PORT: "yes" }), /^Set REUSE_PORT to 1 or 0/);
    assert.match(refusal({ ...production, TRUSTED_PROXIES: "-1" }), /^Set TRUSTED_PROXIES to/);
  });

  test("a first administrator without an address or a password", () => {
    const password = "seventeen purple walruses";
    assert.equal(refusal({ ...production, NOTES_ADMIN_EMAIL: "root@example.com", NOTES_ADMIN_PASSWORD: password }), "accepted");
    assert.match(refusal({ ...production, NOTES_ADMIN_EMAIL: "root@example.com" }), /^Set NOTES_ADMIN_PASSWORD to/);
    assert.match(refusal({ ...production, NOTES_ADMIN_PASSWORD: password }), /^Set NOTES_ADMIN_EMAIL to/);
  });
});

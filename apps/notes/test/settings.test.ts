/** Settings: what they default to, and the sentence for each that is wrong. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { suite, test } from "node:test";
import { inspect } from "node:util";
import { generateSigningKey } from "lockstep/jwt";
import { generateApiKey } from "../src/api-key.ts";
import { type Environment, readSettings } from "../src/settings.ts";
import { StartError } from "../src/start-error.ts";
import { accessTokens } from "../src/token.ts";

const jwk = await generateSigningKey("ES256");
const demo = { NOTES_DEMO: "1" };
const production = { NOTES_SIGNING_KEY: JSON.stringify(jwk) };

function refusal(env: Environment): string {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  return "accepted";
}

suite("what is accepted", () => {
  test("the demo needs nothing but its switch", () => {
    const settings = readSettings(demo);
    assert.deepEqual(settings, {
      mode: "demo",
      host: "127.0.0.1",
      port: 3000,
      databasePath: "data/notes.db",
      issuer: "http://127.0.0.1:3000",
      signingKey: undefined,
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
      NOTES_SIGNING_KEY: "",
    };
    assert.deepEqual(readSettings({ ...demo, ...empty }), readSettings(demo));
  });

  test("host, port, database and issuer are taken from the environment", () => {
    const settings = readSettings({ ...production, HOST: "::", PORT: "0", DATABASE_URL: "sqlite::memory:" });
    const { mode, host, port, databasePath, issuer } = settings;
    assert.deepEqual(
      { mode, host, port, databasePath, issuer },
      { mode: "production", host: "::", port: 0, databasePath: ":memory:", issuer: "http://[::]:0" },
    );
    assert.equal(readSettings({ ...production, NOTES_ISSUER: "https://notes.example.com" }).issuer, "https://notes.example.com");
  });

  test("the signing key is a JWK, with or without its name, or PEM", async () => {
    const { kty, crv, x, y, d } = { ...jwk } as Readonly<Record<string, unknown>>;
    const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "pem", type: "pkcs8" });
    for (const text of [JSON.stringify(jwk), JSON.stringify({ kty, crv, x, y, d }), String(pem)]) {
      const { signingKey } = readSettings({ NOTES_SIGNING_KEY: text });
      assert.ok(signingKey !== undefined);
      await accessTokens("https://notes.test", signingKey);
    }
  });

  test("the demo listens on any loopback address", () => {
    for (const HOST of ["127.0.0.1", "127.8.9.10", "::1", "localhost"]) assert.equal(refusal({ ...demo, HOST }), "accepted");
  });

  test("what is printed of the settings holds no secret", () => {
    const password = "correct horse battery staple";
    const texts = [
      readSettings({ ...production, NOTES_ADMIN_EMAIL: "root@example.com", NOTES_ADMIN_PASSWORD: password }),
      readSettings({ ...demo, ...production, NOTES_DEMO_PASSWORD: password }),
    ].flatMap((settings) => [inspect(settings, { depth: 10 }), JSON.stringify(settings)]);
    for (const text of texts) assert.ok(!text.includes(password) && !text.includes(String(jwk["d"])), text);
  });
});

suite("what is refused, with what to set", () => {
  test("the demo on an address that others reach", () => {
    for (const HOST of ["0.0.0.0", "::", "192.168.1.5", "example.com", "127.0.0.1.example.com", "::ffff:127.0.0.1"]) {
      assert.match(refusal({ ...demo, HOST }), /^The demo .* set HOST to 127\.0\.0\.1/, HOST);
    }
  });

  test("ports, databases and issuers that are none", () => {
    for (const PORT of ["http", "-1", "65536", "3000.5", "NaN"]) assert.match(refusal({ ...demo, PORT }), /^PORT must be/, PORT);
    for (const DATABASE_URL of ["postgres://localhost/notes", "data/notes.db", "sqlite:", "SQLITE:x"]) {
      assert.match(refusal({ ...demo, DATABASE_URL }), /^DATABASE_URL must be sqlite:/, DATABASE_URL);
    }
    for (const NOTES_ISSUER of ["notes", "javascript:alert(1)"])
      assert.match(refusal({ ...demo, NOTES_ISSUER }), /^NOTES_ISSUER must be/);
  });

  test("a demo password that is too short, and an API key that is none", () => {
    assert.match(refusal({ ...demo, NOTES_DEMO_PASSWORD: "fourteen chars" }), /^NOTES_DEMO_PASSWORD needs at least 15/);
    assert.equal(refusal({ ...demo, NOTES_DEMO_PASSWORD: "fifteen chars !" }), "accepted");
    const key = generateApiKey("demo").reveal();
    assert.match(refusal({ ...demo, NOTES_DEMO_API_KEY: `${key}x` }), /^NOTES_DEMO_API_KEY must be/);
    assert.equal(refusal({ ...demo, NOTES_DEMO_API_KEY: key }), "accepted");
  });

  test("production without a signing key, however the demo is misspelt", () => {
    for (const env of [{}, { NOTES_DEMO: "true" }, { NOTES_DEMO: "0" }, { NOTES_DEMO: "" }])
      assert.match(refusal(env), /^NOTES_SIGNING_KEY is missing: set it to/);
  });

  test("what belongs to the demo, in production", () => {
    assert.match(
      refusal({ ...production, NOTES_DEMO_PASSWORD: "correct horse battery staple" }),
      /^NOTES_DEMO_PASSWORD is for the demo/,
    );
    assert.match(refusal({ ...production, NOTES_DEMO_API_KEY: "x" }), /^NOTES_DEMO_API_KEY is for the demo/);
  });

  test("signing keys that are wrong, weak or widely known; the sentence holds no part of them", async () => {
    const { d: _, ...publicJwk } = jwk as Readonly<Record<string, unknown>>;
    const rfc7515 = {
      kty: "EC",
      crv: "P-256",
      x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
      d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X7fCE9-E9LI",
    };
    const wrong = [
      "changeme",
      "SUPER_SECRET_KEY",
      "{}",
      "null",
      JSON.stringify(publicJwk),
      JSON.stringify(rfc7515),
      JSON.stringify(await generateSigningKey("ES384")),
      JSON.stringify({ kty: "oct", k: "c2VjcmV0" }),
      JSON.stringify({ ...jwk, d: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE" }),
      JSON.stringify({ ...jwk, x: jwk["y"] }),
    ];
    for (const text of wrong) {
      const message = refusal({ NOTES_SIGNING_KEY: text });
      assert.match(message, /^NOTES_SIGNING_KEY is wrong, weak or widely known: set it to/, text);
      assert.ok(!message.includes(text));
    }
  });

  test("a signing key whose halves do not belong together", async () => {
    const { signingKey } = readSettings({
      NOTES_SIGNING_KEY: JSON.stringify({ ...jwk, d: (await generateSigningKey("ES256"))["d"] }),
    });
    assert.ok(signingKey !== undefined);
    await assert.rejects(accessTokens("https://notes.test", signingKey), {
      name: "StartError",
      message: /^NOTES_SIGNING_KEY cannot sign/,
    });
  });

  test("a first administrator without an address, or with a weak password", () => {
    const admin = { ...production, NOTES_ADMIN_EMAIL: "root@example.com" };
    assert.equal(refusal({ ...admin, NOTES_ADMIN_PASSWORD: "correct horse battery staple" }), "accepted");
    assert.match(refusal(admin), /^NOTES_ADMIN_PASSWORD is missing: set it/);
    assert.match(refusal({ ...production, NOTES_ADMIN_PASSWORD: "correct horse battery staple" }), /^NOTES_ADMIN_EMAIL must be/);
    for (const password of [
      "changeme",
      "changemechangeme",
      "aaaaaaaaaaaaaaaaaaaa",
      "Password1234567",
      "Root@example.com, as always",
    ]) {
      const message = refusal({ ...admin, NOTES_ADMIN_PASSWORD: password });
      assert.match(message, /^NOTES_ADMIN_PASSWORD .*: set it to a password of your own/, password);
      assert.ok(!message.includes(password));
    }
  });
});

/** The verifier as a whole: its options, its cache, and revocation. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BuildError, InvalidCredential, Unavailable } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import type { HmacSecret } from "./hmac-secret.ts";
import { jwks } from "./jwks.ts";
import { jwtVerifier } from "./jwt-verifier.ts";
import type { JwtVerifier } from "./jwt-verifier.ts";
import { type KeyName, readKeySet } from "./key-set.ts";
import { fixedKeys, openKeys } from "./key-source.ts";
import type { PublicKeys } from "./key-source.ts";
import type { VerificationKey } from "./verification-key.ts";
import type { JwtVerifierOptions } from "./verifier-options.ts";
import * as f from "./token.fixture.ts";

function wrongOption(build: () => unknown, message?: RegExp): void {
  assert.throws(build, (error) => {
    assert.ok(error instanceof BuildError, String(error));
    assert.equal(error.code, "wrong_option");
    if (message !== undefined) assert.match(error.message, message);
    return true;
  });
}

describe("the options of jwtVerifier", () => {
  const required = ["issuer", "audience", "keys", "algorithms", "typ"] as const;

  test("have no default for security decisions: each must be given (CVE-2025-62610, CVE-2026-30863)", () => {
    assert.ok(f.verifier());
    for (const name of required) {
      for (const value of [undefined, null, "", [], [""], 0, {}])
        wrongOption(() => f.verifier({ [name]: value }), new RegExp(name));
      const options: Record<string, unknown> = {
        issuer: f.issuer,
        audience: f.audience,
        keys: jwks({ keys: [f.k1Jwk] }),
        algorithms: ["ES256"],
        typ: "at+jwt",
      };
      // A JavaScript caller can leave an option out.
      assert.ok(jwtVerifier(options as unknown as JwtVerifierOptions));
      delete options[name];
      wrongOption(() => jwtVerifier(options as unknown as JwtVerifierOptions), new RegExp(name));
    }
  });

  test("are required by the types, which also keep secrets and public keys apart", () => {
    type Common = Pick<JwtVerifierOptions, "issuer" | "audience" | "typ">;
    type Fits<T> = T extends JwtVerifierOptions ? true : false;
    const fits: Fits<Common & { keys: PublicKeys; algorithms: ["ES256"] }> = true;
    const fitsSecret: Fits<Common & { keys: HmacSecret; algorithms: ["HS256"] }> = true;
    const misfits: readonly false[] = [
      false satisfies Fits<Common & { keys: PublicKeys; algorithms: ["HS256"] }>,
      false satisfies Fits<Common & { keys: HmacSecret; algorithms: ["ES256"] }>,
      false satisfies Fits<Common & { keys: PublicKeys; algorithms: ["ES256", "HS256"] }>,
      false satisfies Fits<Common & { keys: [HmacSecret, PublicKeys]; algorithms: ["HS256"] }>,
      false satisfies Fits<Common & { keys: PublicKeys; algorithms: [] }>,
      false satisfies Fits<Common & { keys: PublicKeys; algorithms: ["none"] }>,
      false satisfies Fits<Common & { keys: PublicKeys }>,
      false satisfies Fits<Omit<Common, "audience"> & { keys: PublicKeys; algorithms: ["ES256"] }>,
      false satisfies Fits<Omit<Common, "issuer"> & { keys: PublicKeys; algorithms: ["ES256"] }>,
      false satisfies Fits<Omit<Common, "typ"> & { keys: PublicKeys; algorithms: ["ES256"] }>,
    ];
    assert.ok(fits && fitsSecret && misfits.length > 0);
  });

  test("refuse algorithms that do not exist, numbers out of range, and names that are misspelt", () => {
    for (const algorithms of [["none"], ["ES256", "es256"], ["toString"], "ES256"])
      wrongOption(() => f.verifier({ algorithms } as never), /algorithms/);
    for (const value of [-1, 301, Number.NaN, Number.POSITIVE_INFINITY, "5"])
      wrongOption(() => f.verifier({ clockToleranceSeconds: value } as never));
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "5"]) {
      wrongOption(() => f.verifier({ maxLifetimeSeconds: value } as never));
      wrongOption(() => f.verifier({ maxTokenBytes: value } as never));
    }
    wrongOption(() => f.verifier({ cache: { maxBytes: -1 } }));
    wrongOption(() => f.verifier({ clockTolerance: 5 } as never), /clockTolerance/);
    wrongOption(() => f.verifier({ revoked: undefined } as never), /revoked/);
    wrongOption(() => f.verifier({ extraAudiences: true } as never), /extraAudiences/);
    wrongOption(() => f.verifier({ typ: { absent: false } } as never), /typ/);
    wrongOption(() => f.verifier({ clock: 5 } as never), /clock/);
  });

  test("fail at construction for a key that must not be used, before any token comes", () => {
    assert.throws(() => f.verifier({ keys: jwks({ keys: [{ ...f.k1Jwk, crv: "P-384" }] }) }), { code: "wrong_key" });
  });

  test("let start-up wait for the keys", async () => {
    await f.verifier().ready();
  });
});

describe("verified tokens", () => {
  const text = f.token();

  test("are answered at once, without a promise, the second time", async () => {
    const by = f.verifier();
    const first = by.verify(new Redacted(text));
    assert.ok(first instanceof Promise);
    const claims = await first;
    assert.equal(by.verify(new Redacted(` ${text}`.trim())), claims);
  });

  test("are checked against the clock every time (J-21)", async () => {
    let time = f.nowMs;
    const by = f.verifier({ clock: () => time, clockToleranceSeconds: 5 });
    const short = f.token({}, { exp: f.now + 10 });
    const claims = await f.accepted(by, short);
    time = f.nowMs + 14_999;
    assert.equal(by.verify(new Redacted(short)), claims);
    time = f.nowMs + 15_000;
    assert.throws(() => by.verify(new Redacted(short)), InvalidCredential);
    assert.equal(await f.refusal(by, short), "expired");
  });

  test("never answer for another token: same issuer, audience and prefix (J-59; CVE-2026-35039)", async () => {
    const by = f.verifier();
    const bob = f.token({}, { sub: "bob" });
    for (let time = 0; time < 3; time += 1) {
      assert.equal((await f.accepted(by, text)).sub, "alice");
      assert.equal((await f.accepted(by, bob)).sub, "bob");
    }
    // Claims under the signature of another verified token.
    const [header, payload, signature] = text.split(".");
    await f.refusal(by, `${header}.${payload}.${bob.split(".")[2]}`);
    await f.refusal(by, `${header}.${f.token({}, { sub: "root" }).split(".")[1]}.${signature}`);
  });

  test("do not make a refused token pass: failures are not kept, nor is anything kept under them", async () => {
    const by = f.verifier();
    const forged = `${text.slice(0, -8)}AAAAAAAA`;
    for (let time = 0; time < 3; time += 1) await f.refusal(by, forged);
    assert.ok(await f.accepted(by, text));
    await f.refusal(by, forged);
  });

  test("belong to one verifier", async () => {
    assert.ok(await f.accepted(f.verifier(), text));
    assert.equal(await f.refusal(f.verifier({ audience: "https://other" }), text), "another audience");
  });

  test("are not kept when a key leaves while it verifies (M-07)", async () => {
    const set = readKeySet({ keys: [f.k1Jwk] }, "public", { algorithms: ["ES256"] });
    for (const leaves of [true, false]) {
      const source = { ...fixedKeys(set), generation: 0 };
      const find = async (name: KeyName): Promise<VerificationKey | undefined> => {
        source.generation += leaves ? 1 : 0;
        // Another request comes meanwhile, and already follows the new keys.
        await f.refusal(by, "x");
        return set.find(name);
      };
      const by: JwtVerifier = f.verifier({ keys: { [openKeys]: () => Object.assign(source, { find }) }, algorithms: ["ES256"] });
      assert.ok(await f.accepted(by, text));
      assert.equal(by.verify(new Redacted(text)) instanceof Promise, leaves);
    }
  });

  test("are all verified again when nothing may be kept", async () => {
    const by = f.verifier({ cache: { maxBytes: 0 } });
    assert.ok(await f.accepted(by, text));
    assert.ok(by.verify(new Redacted(text)) instanceof Promise);
  });

  test("are taken as Redacted values only", () => {
    // What a JavaScript caller might pass.
    for (const value of [text, undefined, null, { reveal: () => text }])
      wrongOption(() => f.verifier().verify(value as never), /Redacted/);
  });
});

describe("revoked", () => {
  const text = f.token();

  test("is asked every time, after the cache", async () => {
    const asked: string[] = [];
    let answer = false;
    const by = f.verifier({
      revoked: ({ iss, jti }) => {
        asked.push(`${iss} ${jti}`);
        return answer;
      },
    });
    assert.ok(await f.accepted(by, text));
    assert.ok(!(by.verify(new Redacted(text)) instanceof Promise));
    answer = true;
    assert.equal(await f.refusal(by, text), "revoked");
    assert.deepEqual(asked, Array<string>(3).fill("https://as.test t1"));
    answer = false;
    assert.ok(await f.accepted(by, text));
  });

  test("refuses the first time too, and may answer later", async () => {
    const revokes = f.verifier({ revoked: async () => true });
    for (let time = 0; time < 2; time += 1) assert.equal(await f.refusal(revokes, text), "revoked");
    const passes = f.verifier({ revoked: async () => false });
    for (let time = 0; time < 2; time += 1) assert.ok(await f.accepted(passes, text));
  });

  test("lets a token pass only by answering false", async () => {
    for (const answer of [undefined, null, 0, "", "false", {}]) {
      // Values that a JavaScript caller's function might return.
      assert.equal(await f.refusal(f.verifier({ revoked: () => answer as boolean }), text), "revoked");
      assert.equal(await f.refusal(f.verifier({ revoked: async () => answer as boolean }), text), "revoked");
    }
  });

  test("passes its own failure on: a store that is away is 503, and never lets a token pass", async () => {
    const by = f.verifier({ revoked: () => Promise.reject(new Unavailable("the log is away")) });
    for (let time = 0; time < 2; time += 1) await assert.rejects(async () => by.verify(new Redacted(text)), Unavailable);
  });
});

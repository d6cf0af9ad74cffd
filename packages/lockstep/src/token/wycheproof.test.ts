/**
 * Project Wycheproof's JWS, JWK and crypto-JWS vectors, run through `parseCompactJws`, `readKeySet` and `verifyJws`: the
 * functions that `jwtVerifier` is made of. The vectors have no claims, so the claims are the only step left out. For secrets,
 * `hmacSecret()` is checked before `readKeySet`; it refuses one of the vectors' secrets, as the last test says.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { BuildError, InvalidCredential } from "../problem/error.ts";
import { publicKeyAlgorithms, secretKeyAlgorithms } from "./algorithm.ts";
import { parseCompactJws } from "./compact-jws.ts";
import { hmacSecret } from "./hmac-secret.ts";
import { readKeySet } from "./key-set.ts";
import { fixedKeys } from "./key-source.ts";
import type { KeySource } from "./key-source.ts";
import { verifyJws } from "./verify-jws.ts";

interface Vector {
  readonly tcId: number;
  readonly result: "valid" | "invalid";
  readonly jws?: unknown;
  readonly jwe?: unknown;
}
interface Group {
  readonly comment: string;
  readonly public?: object;
  readonly private: object;
  readonly tests: readonly Vector[];
}

/** The vectors where we answer differently, each with the reason; all eight contradict other vectors of the same file. */
const exceptions: ReadonlyMap<number, string> = new Map([
  [346, "valid: a key that names PS256 verifies PS384; 331 to 340 call exactly that invalid"],
  [350, "valid: as 346, with key_ops in place of use"],
  [347, "valid: the key names ES521, an algorithm that does not exist; key vectors 19 and 20 call that invalid"],
  [351, "valid: as 347, with key_ops in place of use"],
  [367, "invalid for its padding, but the text is the one of 357, which is valid"],
  [370, "invalid for its padding, but the text is the one of 357, which is valid"],
  [372, "valid with a `?` in the header; 360 to 366, 368 and 369 call stray characters invalid"],
  [373, "valid with a `?` in the payload; 371 calls that invalid"],
]);

const folder = process.env["LOCKSTEP_WYCHEPROOF"];
const isMissing = folder === undefined || folder === "";
const skip = isMissing ? "LOCKSTEP_WYCHEPROOF does not name the folder of the vectors" : false;

if (isMissing && process.env["CI"] === "true") {
  test("has the Wycheproof vectors in CI", () => assert.fail("set LOCKSTEP_WYCHEPROOF to the folder of the vectors"));
}

function groupsOf(file: string): readonly Group[] {
  const { testGroups } = JSON.parse(readFileSync(join(folder ?? "", file), "utf8"));
  assert.ok(Array.isArray(testGroups));
  return testGroups;
}

/** The keys of a group as a verifier reads them. A set of secrets is read as one, everything else as public keys. */
function keysOf(group: Group): KeySource {
  const given = group.public ?? group.private;
  const keys: readonly { readonly kty?: unknown }[] = "keys" in given && Array.isArray(given.keys) ? given.keys : [given];
  const kind = keys.every(({ kty }) => kty === "oct") ? "secret" : "public";
  return fixedKeys(readKeySet({ keys }, kind, { algorithms: kind === "secret" ? secretKeyAlgorithms : publicKeyAlgorithms }));
}

async function accepts(group: Group, jws: unknown): Promise<boolean> {
  // One vector is a JSON serialization that the file holds as an object.
  const text = typeof jws === "string" ? jws : JSON.stringify(jws);
  try {
    const algorithms = [...publicKeyAlgorithms, ...secretKeyAlgorithms];
    const keys = keysOf(group);
    await verifyJws(parseCompactJws(text, { maxBytes: 8_192, algorithms, ignoredHeaders: new Set<string>() }), keys, 0);
    return true;
  } catch (error) {
    assert.ok(error instanceof InvalidCredential || error instanceof BuildError, String(error));
    return false;
  }
}

/** Runs every JWS vector of a file. Returns the ids of those that were answered differently. */
async function run(file: string): Promise<{ readonly total: number; readonly different: readonly number[] }> {
  let total = 0;
  const different: number[] = [];
  for (const group of groupsOf(file)) {
    for (const vector of group.tests) {
      if (!("jws" in vector)) continue;
      total += 1;
      if ((await accepts(group, vector.jws)) === (vector.result === "valid")) continue;
      different.push(vector.tcId);
      assert.ok(exceptions.get(vector.tcId)?.startsWith(vector.result), `${file} ${vector.tcId} is answered differently`);
    }
  }
  return { total, different };
}

describe("Project Wycheproof", () => {
  test("answers 393 of 401 signature vectors, and is right about the other eight", { skip }, async () => {
    const { total, different } = await run("json_web_signature_test.json");
    assert.deepEqual(
      different,
      [...exceptions.keys()].toSorted((a, b) => a - b),
    );
    assert.equal(total, 401);
    assert.equal(total - different.length, 393);
  });

  test("answers all 26 key vectors", { skip }, async () => {
    assert.deepEqual(await run("json_web_key_test.json"), { total: 26, different: [] });
  });

  test("answers all 49 crypto vectors that are JWS (the others are JWE, which is not accepted at all)", { skip }, async () => {
    assert.deepEqual(await run("json_web_crypto_test.json"), { total: 49, different: [] });
  });

  test("finds two of the exceptions to be the very text of a valid vector", { skip }, () => {
    const vectors = groupsOf("json_web_signature_test.json").flatMap(({ tests }) => tests);
    const textOf = (id: number): unknown => vectors.find(({ tcId }) => tcId === id)?.jws;
    assert.equal(textOf(367), textOf(357));
    assert.equal(textOf(370), textOf(357));
  });

  test("would refuse one secret of the vectors, 32 zeros, through hmacSecret(): seven vectors never get that far", { skip }, () => {
    const secrets = groupsOf("json_web_signature_test.json").filter((group) => "k" in group.private);
    const refused = secrets.filter((group) => {
      try {
        hmacSecret({ jwk: { kty: "oct", ...group.private } });
        return false;
      } catch (error) {
        assert.ok(error instanceof BuildError && error.code === "weak_key");
        return true;
      }
    });
    assert.deepEqual(
      refused.map(({ tests }) => tests.filter(({ result }) => result === "valid").length),
      [7],
    );
  });
});

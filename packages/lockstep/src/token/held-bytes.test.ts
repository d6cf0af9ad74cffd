/** The cache's bound in bytes holds for claims of any shape: the charge is compared with the growth of the heap. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import * as fc from "fast-check";
import type { Measured } from "./held-bytes.fixture.ts";
import { heldBytes, heldCosts } from "./held-bytes.ts";
import { TokenCache } from "./token-cache.ts";

const program = join(import.meta.dirname, "held-bytes.fixture.ts");
const text = "t".repeat(900);

describe("the bytes that a token is taken to hold", () => {
  test("are at least those by which the heap grows, for claims of every shape", async () => {
    const args = ["--conditions=lockstep-source", "--expose-gc", program];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const measured: readonly Measured[] = JSON.parse(stdout);
    assert.ok(measured.length > 15);
    for (const { shape, charged, held } of measured) {
      assert.ok(held > 10_000, `${shape}: nothing was measured`);
      // Other versions of V8 may need a little more; something that is not charged at all shows as a multiple.
      assert.ok(held < 1.25 * charged, `${shape}: ${charged} bytes are charged for ${held}`);
      assert.ok(charged < 8 * held, `${shape}: ${charged} bytes are charged for ${held}`);
    }
    const typical = measured.find(({ shape }) => shape === "typical");
    assert.ok(typical !== undefined && typical.charged < 2.5 * typical.held, "the budget is of use for ordinary tokens");
  });

  test("count every object, member, list, element, text and number at its cost, at any depth (property)", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (claims) => {
        assert.ok(heldBytes(text, claims) >= heldCosts.entry + text.length + countedCost(claims));
      }),
    );
    assert.ok(heldBytes(text, ["\u0100".repeat(900)]) > heldBytes(text, ["a".repeat(900)]) + 900);
  });

  test("keep tokens of a thousand empty lists within the cache's bound", () => {
    const claims = Array.from({ length: 1_900 }, () => []);
    const cache = new TokenCache<unknown>(32 * 1024 * 1024);
    for (let token = 0; token < 1_000; token += 1) cache.save(`${text}${token}`, { value: claims, expiresAtMs: 1 });
    assert.ok(cache.size > 50 && cache.size < (32 * 1024 * 1024) / (1_900 * heldCosts.list), String(cache.size));
    assert.ok(cache.bytes <= 32 * 1024 * 1024);
  });
});

/** The documented costs of a value's parts, added up in another way: from the text that it is written as. */
function countedCost(value: unknown): number {
  let cost = 0;
  JSON.stringify(value, (_name, each: unknown) => {
    if (typeof each === "string") cost += heldCosts.text + each.length;
    else if (typeof each === "number") cost += heldCosts.number;
    else if (Array.isArray(each)) cost += heldCosts.list + each.length * heldCosts.element;
    else if (typeof each === "object" && each !== null) {
      const names = Object.keys(each);
      cost += heldCosts.object + names.length * heldCosts.member + names.join("").length;
    }
    return each;
  });
  return cost;
}

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { commonPasswordList, frontCoded, shortestEntry, unpacked, worthOf } from "./common-password-list.ts";
import { plain, replaced } from "./password-fold.ts";
import { passwordWeakness } from "./password-policy.ts";

describe("the list of common passwords", () => {
  test("has more than 100,000 entries, all of them folded", () => {
    const list = commonPasswordList();
    assert.ok(list.size > 100_000, String(list.size));
    for (const entry of list) assert.ok(entry.length >= shortestEntry && plain(replaced(entry)) === entry, entry);
    for (const common of ["password", "qwertyuiop", "iloveyou", "trustno1", "1qaz2wsx", "Liverpool", "P@ssw0rd", "lantern"])
      assert.ok(list.has(plain(replaced(common))), common);
    for (const rare of ["sevenquietlanterns", "gw7pqz2vlk9xr"]) assert.ok(!list.has(rare), rare);
  });

  test("is packed and unpacked without a loss", () => {
    const entry = fc.string({ unit: "grapheme", minLength: 1, maxLength: 120 }).filter((text) => !text.includes("\n"));
    fc.assert(
      fc.property(fc.uniqueArray(entry, { minLength: 1 }), (entries) => {
        assert.deepEqual([...unpacked(frontCoded(entries))].toSorted(), entries.toSorted());
      }),
    );
  });

  test("a text is worth three for each part in the list, and one for every other character", () => {
    for (const [text, worth] of [
      ["", 0],
      ["lantern", 3],
      ["lanternq", 4],
      ["qqlantern", 5],
      ["lanternlantern", 6],
      ["xq", 2],
    ] as const) {
      assert.equal(worthOf(text, 3), worth, text);
    }
  });
});

describe("a password of common passwords", () => {
  test("is refused if it is an entry, also with other letters, capitals, punctuation or a few more characters", () => {
    for (const common of [
      "manchesterunited7!",
      "M4nch3st3r-Un1t3d",
      "hunter2-hunter22",
      "elizabeth-stephanie",
      "Sebastian  Alexander!",
      "fktrcfylh fktrcfylh1",
      "watermelon-pineapple",
      "ｌｉｖｅｒｐｏｏｌ ｌｉｖｅｒｐｏｏｌ ９",
    ]) {
      assert.match(passwordWeakness(common) ?? "", /too easy to guess|repeats itself/, common);
    }
    // The controls: three common words and more, or enough characters of one's own.
    for (const good of ["watermelon pineapple stephanie", "watermelon 9xk#vq2t"])
      assert.equal(passwordWeakness(good), undefined, good);
  });

  test("passwords that were drawn at random are accepted", () => {
    const character = fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    const drawn = fc.array(character, { minLength: 20, maxLength: 20 }).map((characters) => characters.join(""));
    // A fixed seed: about one in millions looks like a common one.
    fc.assert(
      fc.property(drawn, (password) => passwordWeakness(password) === undefined),
      { numRuns: 2000, seed: 7 },
    );
  });
});

/** The output on the page "Your issuer" is that of the program. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Realm, realmToken, shown, startRealm } from "./your-issuer.fixture.ts";

const page = readFileSync(join(import.meta.dirname, "../32-your-issuer.md"), "utf8");

let realm: Realm;
before(async () => (realm = await startRealm()));
after(() => realm.close());

const outputs: Readonly<Record<string, () => Promise<string>>> = {
  issuer: () => shown(realm, ["--audience", "notes"]),
  accepted: () => shown(realm, ["--audience", "notes", "--token"], realmToken(realm)),
  refused: () => {
    const token = realmToken(realm, { aud: ["notes", "account", "billing"] });
    return shown(realm, ["--audience", "notes", "--token"], token);
  },
};

test("the page shows each output once", () => {
  const named = [...page.matchAll(/^<!-- output: (\w+) -->$/gm)].map(([, name]) => name);
  assert.deepEqual(named, Object.keys(outputs));
});

for (const [name, output] of Object.entries(outputs)) {
  test(`the output "${name}" of the page is what the program prints, apart from the parts left out`, async () => {
    const [, quoted = ""] = new RegExp(`^<!-- output: ${name} -->\\n\\n\`\`\`text\\n([^]*?)\\n\`\`\`$`, "m").exec(page) ?? [];
    const printed = `\n${await output()}\n`;
    let place = 0;
    for (const part of quoted.split(/^…$\n?/m).filter((each) => each !== "")) {
      const found = printed.indexOf(`\n${part.trimEnd()}\n`, place);
      assert.ok(found >= 0, `nothing printed is\n${part}\nin${printed}`);
      place = found + part.trimEnd().length;
    }
    assert.ok(place > 50);
  });
}

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { keycloak } from "./provider/keycloak.ts";
import { readyMap } from "./ready-map.ts";

const files = readdirSync(join(import.meta.dirname, "provider"))
  .filter((name) => !name.endsWith(".test.ts"))
  .map((name) => name.replace(".ts", ""));

test("each ready map has the name of its file, which is the name in audit events", () => {
  assert.ok(files.length > 15);
  const options: Readonly<Record<string, object>> = {
    google: { hd: "any" },
    "github-actions": { allow: [{ repository: "a/b", environment: "c" }] },
    kubernetes: { allow: [{ namespace: "a", serviceAccount: "b" }] },
    spiffe: { trustDomain: "a", allow: [{ path: "/b" }] },
    zitadel: { project: "1" },
    sap: { application: "a!t1" },
  };
  for (const name of files) assert.equal(readyMap(name)(options[name] ?? {}).name, name);
  assert.equal(readyMap("keycloak"), keycloak);
});

test("another name is refused with the list of all", () => {
  for (const name of ["Keycloak", "", "constructor", "github"]) {
    assert.throws(
      () => readyMap(name),
      (error: Error) =>
        files.every((each) => error.message.includes(each)) && error.message.startsWith("readyMap(): use one of these names: "),
    );
  }
});

test("every ready map refuses an option that it does not know", () => {
  for (const name of files) {
    assert.throws(() => readyMap(name)({ mispelt: 1 }), {
      code: "wrong_option",
      message: /correct or remove the option "mispelt"/,
    });
  }
});

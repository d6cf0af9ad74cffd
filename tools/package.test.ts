import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { binary, root } from "./steps.ts";

const run = promisify(execFile);

/** What stands in each subpath, one name as a proof. A subpath that is documented and missing here fails the test below. */
const subpaths: Readonly<Record<string, string>> = {
  lockstep: "createApi",
  "lockstep/jwt": "jwtVerifier",
  "lockstep/openapi": "openApiDocument",
  "lockstep/fastify": "lockstep",
  "lockstep/fetch": "serveFetch",
  "lockstep/testing": "hostSuite",
};

const program = `
import { authenticate, createApi, get, httpBearer } from "lockstep";
import type { Claims } from "lockstep/jwt";
const token = httpBearer();
const caller = authenticate({ token }, ({ token }) => (token.reveal() === "t" ? { name: "alice" } : undefined));
export const api = createApi({ title: "t", version: "1", routes: [get("/me", { deps: { caller } }, ({ caller }) => caller.name)] });
export type Subject = Claims["sub"];
// @ts-expect-error the advice reaches the packed declarations
get("/open", {}, () => 1);
`;

describe("the packed package", () => {
  let project = "";

  before(async () => {
    project = await mkdtemp(join(tmpdir(), "lockstep-package-"));
    await run(process.execPath, ["tools/build.ts"], { cwd: root });
    const { stdout } = await run("npm", ["pack", "--json", "--workspace", "lockstep", "--pack-destination", project], {
      cwd: root,
    });
    // npm prints a list of what it packed, keyed or not by version.
    const packed = /"filename":\s*"([^"]+)"/.exec(stdout)?.[1] ?? "";
    const { devDependencies: versions } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    await writeFile(join(project, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
    const wanted = [`./${packed}`, `fastify@${versions["fastify"]}`];
    await run("npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", ...wanted], { cwd: project });
  });

  after(() => rm(project, { recursive: true, force: true }));

  test("has exactly the documented subpaths", async () => {
    const { exports } = JSON.parse(await readFile(join(project, "node_modules/lockstep/package.json"), "utf8")) as {
      exports: object;
    };
    const documented = Object.keys(subpaths).map((name) => name.replace(/^lockstep/, "."));
    assert.deepEqual(
      Object.keys(exports)
        .filter((name) => name !== "./package.json")
        .toSorted(),
      documented.toSorted(),
    );
  });

  test("gives every documented subpath to an empty project", async () => {
    const script = Object.entries(subpaths).map(
      ([path, name]) => `if (typeof (await import("${path}")).${name} !== "function") throw new Error("${path}");`,
    );
    await writeFile(join(project, "subpaths.js"), script.join("\n"));
    await run(process.execPath, ["subpaths.js"], { cwd: project });
  });

  test("holds no test and no fixture", async () => {
    const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--workspace", "lockstep"], { cwd: root });
    assert.match(stdout, /dist\/index\.js/);
    assert.doesNotMatch(stdout, /\.test\.|\.fixture\.|test-d/);
  });

  test("carries its types, advice included", async () => {
    await writeFile(join(project, "program.ts"), program);
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--lib", "es2024,dom", "--types", ""];
    await run(binary("tsc"), [...options, "program.ts"], { cwd: project });
  });
});

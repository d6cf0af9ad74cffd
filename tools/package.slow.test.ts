import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { binary, root } from "./steps.ts";

const run = promisify(execFile);

const types = "only types";

/** What each subpath exports, one function as a proof; `types` if it exports types only. A subpath that is documented and missing here fails. */
const subpaths: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  lockstep: {
    lockstep: "createApi",
    "lockstep/jwt": "jwtVerifier",
    "lockstep/openapi": types,
    "lockstep/fastify": "lockstep",
    "lockstep/fetch": "serveFetch",
    "lockstep/testing": "hostSuite",
  },
  "lockstep-identity": {
    "lockstep-identity": "identity",
    "lockstep-identity/sqlite": "openSqlite",
    "lockstep-identity/postgres": "openPostgres",
    "lockstep-identity/smtp": "smtpMail",
    "lockstep-identity/testing": "storeSuite",
  },
};

const program = `
import { authenticate, createApi, get, httpBearer } from "lockstep";
import type { Claims } from "lockstep/jwt";
import type { OpenApiDocument } from "lockstep/openapi";
const token = httpBearer();
const caller = authenticate({ token }, ({ token }) => (token.reveal() === "t" ? { id: "alice" } : undefined));
export const api = createApi({ title: "t", version: "1", routes: [get("/me", { deps: { caller } }, ({ caller }) => caller.id)] });
export type Subject = Claims["sub"];
export const document: OpenApiDocument = api.openapi();
// @ts-expect-error the advice reaches the packed declarations
get("/open", {}, () => 1);
`;

const identityProgram = `
import { createApi, get, scopes } from "lockstep";
import { generateIdentityKey, identity, logMail } from "lockstep-identity";
import { openSqlite } from "lockstep-identity/sqlite";
const auth = await identity({
  database: openSqlite(":memory:"), issuer: "https://api.example.com", audience: "example", key: generateIdentityKey(),
  scopes: { "notes:read": "Read notes" }, mail: logMail(() => {}), audit: () => {},
});
export const api = createApi({
  title: "t", version: "1",
  routes: [...auth.routes, get("/me", { deps: { user: scopes(auth.currentUser, "notes:read") } }, ({ user }) => user.id)],
});
// @ts-expect-error no scheme declares this scope
scopes(auth.currentUser, "notes:delete");
// @ts-expect-error being somebody is not being an administrator
auth.adminRoutes(auth.currentUser);
`;

describe("the packed packages", () => {
  let project = "";

  before(async () => {
    project = await mkdtemp(join(tmpdir(), "lockstep-package-"));
    await run(process.execPath, ["tools/build.ts"], { cwd: root });
    const packed = await Promise.all(Object.keys(subpaths).map((name) => pack(name, project)));
    const { devDependencies: versions } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    await writeFile(join(project, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
    const peers = ["fastify", "pg", "@types/pg", "nodemailer", "@types/nodemailer"].map((name) => `${name}@${versions[name]}`);
    const wanted = [...packed.map((file) => `./${file}`), ...peers];
    await run("npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", ...wanted], { cwd: project });
  });

  after(() => rm(project, { recursive: true, force: true }));

  for (const [name, paths] of Object.entries(subpaths)) {
    test(`${name} has exactly the documented subpaths`, async () => {
      const { exports } = JSON.parse(await readFile(join(project, `node_modules/${name}/package.json`), "utf8")) as {
        exports: object;
      };
      const documented = Object.keys(paths).map((path) => path.replace(name, "."));
      assert.deepEqual(
        Object.keys(exports)
          .filter((path) => path !== "./package.json")
          .toSorted(),
        documented.toSorted(),
      );
    });

    test(`${name} gives every documented subpath to an empty project`, async () => {
      const script = Object.entries(paths).map(([path, export_]) => {
        const wrong =
          export_ === types
            ? `Object.keys(await import("${path}")).length > 0`
            : `typeof (await import("${path}")).${export_} !== "function"`;
        return `if (${wrong}) throw new Error("${path}");`;
      });
      await writeFile(join(project, "subpaths.js"), script.join("\n"));
      await run(process.execPath, ["subpaths.js"], { cwd: project });
    });

    test(`${name} holds no test and no fixture`, async () => {
      const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--workspace", name], { cwd: root });
      assert.match(stdout, /dist\/index\.js/);
      assert.doesNotMatch(stdout, /\.test\.|\.fixture\.|test-d/);
    });
  }

  test("they carry their types, advice included", async () => {
    await writeFile(join(project, "program.ts"), program);
    await writeFile(join(project, "identity.ts"), identityProgram);
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--lib", "es2024,dom"];
    await run(binary("tsc"), [...options, "--types", "", "program.ts"], { cwd: project });
    await run(binary("tsc"), [...options, "--skipLibCheck", "--types", "", "identity.ts"], { cwd: project });
  });

  test("the command line of identity runs", async () => {
    const { stdout } = await run(process.execPath, [join(project, "node_modules/.bin/lockstep-identity"), "generate-key"]);
    assert.match(stdout, /^[A-Za-z0-9_-]{43}\n$/);
  });
});

/** Packs a package of the workspace into a folder; gives the file's name. */
async function pack(name: string, into: string): Promise<string> {
  const { stdout } = await run("npm", ["pack", "--json", "--workspace", name, "--pack-destination", into], { cwd: root });
  // npm prints a list of what it packed, keyed or not by version.
  const file = /"filename":\s*"([^"]+)"/.exec(stdout)?.[1];
  if (file === undefined) throw new Error(`npm did not say what it packed of ${name}`);
  return file;
}

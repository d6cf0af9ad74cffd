import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import type { Printed, PrintedAnswer } from "./package-on-node-22.fixture.ts";
import { binary, root } from "./steps.ts";

const run = promisify(execFile);

/**
 * The oldest Node that `lockstep` supports. It is in a folder of its own: in the root, it could become the Node that runs
 * everything.
 */
const node22 = join(root, "tools/node-22/node_modules/node/bin/node");

const types = "only types";

/** The documented subpaths, each with one function that it exports; `types` if it exports types only. */
const subpaths: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  lockstep: {
    lockstep: "createApi",
    "lockstep/jwt": "jwtVerifier",
    "lockstep/openapi": types,
    "lockstep/oidc": "oidc",
    "lockstep/fastify": "lockstep",
    "lockstep/fetch": "serveFetch",
    "lockstep/rate-limit": "rateLimit",
    "lockstep/opentelemetry": "openTelemetry",
    "lockstep/scheme": "scheme",
    "lockstep/websocket": "openWebSocket",
    "lockstep/webhook": "webhookSignature",
    "lockstep/multipart": "multipart",
    "lockstep/host": "dispatcherOf",
    "lockstep/testing": "hostSuite",
  },
  "lockstep-identity": {
    "lockstep-identity": "identity",
    "lockstep-identity/database": "migrate",
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
// @ts-expect-error a user is not an administrator
auth.adminRoutes(auth.currentUser);
`;

/** Starts an API with documentation if the word `docs` is given. */
const documentedProgram = `
import { createApi, get } from "lockstep";
const docs = process.argv.includes("docs") ? { docs: { public: "a test" } } : {};
const api = createApi({ title: "t", version: "1", routes: [get("/health", { public: "a probe" }, () => "Ok")], ...docs });
console.log((await api.fetch(new Request("https://api.example/health"))).status);
`;

/** Makes a server ready whose API opens a WebSocket if the word `socket` is given. */
const socketProgram = `
import { createApi, messages, websocket } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
const socket = websocket("/echo", { public: "a test", deps: { echo: messages({}) } }, () => {});
const routes = process.argv.includes("socket") ? [socket] : [];
await fastifyServer(createApi({ title: "t", version: "1", routes })).ready();
console.log("ready");
`;

/** Starts identity as an application would. */
const startIdentity = `
import { generateIdentityKey, identity, logMail } from "lockstep-identity";
import { openSqlite } from "lockstep-identity/sqlite";
await identity({
  database: openSqlite(":memory:"), issuer: "https://api.example.com", audience: "example", key: generateIdentityKey(),
  scopes: {}, mail: logMail(() => {}), audit: () => {},
});
`;

/**
 * A scheme and a host that are written outside the package: those of the manual. They are copied into an empty folder with their
 * tests, without the repository's settings. `tests` is the least number of tests that must have run.
 */
const outside = {
  scheme: { tests: 4, files: ["15-writing-a-scheme.ts", "15-writing-a-scheme.test.ts", "ask.fixture.ts"] },
  host: { tests: 80, files: ["10-hosts/node.ts", "10-hosts-node.slow.test.ts"] },
} as const;

/** The compiler's options: all strict checks, including those of the package's own declarations. */
const strictly: readonly string[] = [
  "--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck false",
  "--module nodenext --target es2024 --lib es2024 --types node --allowImportingTsExtensions",
].flatMap((words) => words.split(" "));

/** The exit code and the standard error of a program that failed. */
interface Failure {
  readonly code: number;
  readonly stderr: string;
}

describe("the packed packages", () => {
  let project = "";
  let tarballs: ReadonlyMap<string, string>;
  let versions: Readonly<Record<string, string>>;

  before(async () => {
    project = await mkdtemp(join(tmpdir(), "lockstep-package-"));
    await run(process.execPath, ["tools/build.ts"], { cwd: root });
    const packed = Object.keys(subpaths).map(async (name) => [name, join(project, await pack(name, project))] as const);
    tarballs = new Map(await Promise.all(packed));
    ({ devDependencies: versions } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    });
    const peers = [
      "fastify",
      "pg",
      "@types/pg",
      "nodemailer",
      "@types/nodemailer",
      "rate-limiter-flexible",
      "@fastify/busboy",
      "@opentelemetry/api",
      "swagger-ui-dist",
      "ws",
    ];
    await install(project, [...tarballs.values(), ...peers.map(versioned)]);
  });

  after(() => rm(project, { recursive: true, force: true }));

  const versioned = (name: string): string => `${name}@${versions[name]}`;

  /** Runs a program in a folder; returns its standard output. */
  async function runIn(folder: string, node: string, program: string, ...words: string[]): Promise<string> {
    await writeFile(join(folder, "main.js"), program);
    return (await run(node, ["main.js", ...words], { cwd: folder })).stdout;
  }

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

    test(`an empty project can import every documented subpath of ${name}`, async () => {
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

    test(`${name} contains no test and no fixture`, async () => {
      const paths = await packedPaths(name);
      assert.ok(paths.includes("dist/index.js"));
      assert.deepEqual(
        paths.filter((path) => /\.test\.|\.fixture\.|test-d/.test(path)),
        [],
      );
    });

    test(`${name} contains its JavaScript and types, its README and its license, and nothing else`, async () => {
      const paths = await packedPaths(name);
      for (const path of ["dist/index.js", "dist/index.d.ts", "package.json", "README.md", "LICENSE"])
        assert.ok(paths.includes(path), path);
      assert.deepEqual(
        paths.filter((path) => !/^(?:dist\/.*\.(?:js|d\.ts)|package\.json|README\.md|LICENSE)$/.test(path)),
        [],
      );
    });
  }

  test("programs compile against their types, and get the advice", async () => {
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

  test("the command line of lockstep runs, on Node 22 as well", async () => {
    const command = join(project, "node_modules/.bin/lockstep");
    for (const node of [process.execPath, node22]) {
      assert.match((await run(node, [command, "issuer", "--help"])).stdout, /^Usage: lockstep issuer URL \[OPTIONS\]\n/);
      await assert.rejects(
        run(node, [command, "issuer", "http://127.0.0.1:1"]),
        ({ code, stdout }: Failure & { stdout: string }) => {
          assert.equal(code, 1);
          assert.match(stdout, /Add --allow-loopback[^]*\nResult {4}it does not work: its metadata cannot be read\.\n$/);
          return true;
        },
      );
    }
  });

  test("without swagger-ui-dist, an API with docs does not start and says what to do; one without docs does", async () => {
    const bare = await mkdtemp(join(tmpdir(), "lockstep-bare-"));
    try {
      await install(bare, [tarballs.get("lockstep") ?? ""]);
      await assert.rejects(access(join(bare, "node_modules/swagger-ui-dist")));
      await assert.rejects(runIn(bare, process.execPath, documentedProgram, "docs"), ({ code, stderr }: Failure) => {
        assert.equal(code, 1);
        assert.match(stderr, /BuildError: Install swagger-ui-dist, or leave out `docs`: /);
        assert.match(stderr, /code: 'missing_package'/);
        return true;
      });
      assert.equal(await runIn(bare, process.execPath, documentedProgram), "200\n");
      assert.equal(await runIn(project, process.execPath, documentedProgram, "docs"), "200\n");
    } finally {
      await rm(bare, { recursive: true, force: true });
    }
  });

  test("without ws, an API with a WebSocket does not start on Fastify and says what to do; one without does", async () => {
    const bare = await mkdtemp(join(tmpdir(), "lockstep-bare-"));
    try {
      await install(bare, [tarballs.get("lockstep") ?? "", versioned("fastify")]);
      await assert.rejects(runIn(bare, process.execPath, socketProgram, "socket"), ({ code, stderr }: Failure) => {
        assert.equal(code, 1);
        assert.match(stderr, /BuildError: Install ws /);
        assert.match(stderr, /code: 'missing_package'/);
        return true;
      });
      assert.equal(await runIn(bare, process.execPath, socketProgram), "ready\n");
      assert.equal(await runIn(project, process.execPath, socketProgram, "socket"), "ready\n");
    } finally {
      await rm(bare, { recursive: true, force: true });
    }
  });

  describe("in an empty folder", () => {
    let folder = "";

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "lockstep-outside-"));
      await install(folder, [tarballs.get("lockstep") ?? "", versioned("@types/node"), versioned("ws")]);
      for (const path of Object.values(outside).flatMap(({ files }) => files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await copyFile(join(root, "docs/manual/listing", path), join(folder, path));
      }
    });

    after(() => rm(folder, { recursive: true, force: true }));

    for (const [what, { tests, files }] of Object.entries(outside)) {
      test(`the manual's ${what} compiles and passes its tests`, async () => {
        const options = { cwd: folder, env: outsideEnvironment };
        await run(binary("tsc"), [...strictly, ...files], options).catch(printed);
        const testFiles = files.filter((path) => path.endsWith(".test.ts"));
        const { stdout } = await run(process.execPath, ["--test", "--test-reporter=tap", ...testFiles], options).catch(printed);
        const [, passed] = /^# pass (\d+)$/m.exec(stdout) ?? [];
        assert.ok(Number(passed) >= tests, stdout);
      });
    }
  });

  test("tools/node-22 has Node 22, and Node 24 runs everything else", async () => {
    const versionOf = async (path: string): Promise<string> => (await run(path, ["--version"])).stdout;
    assert.match(await versionOf(node22), /^v22\./);
    assert.match(await versionOf(binary("node")), /^v24\./);
  });

  describe("on Node 22", () => {
    let printed: Printed;

    before(async () => {
      const program = await readFile(join(import.meta.dirname, "package-on-node-22.fixture.ts"), "utf8");
      printed = JSON.parse(await runIn(project, node22, stripTypeScriptTypes(program))) as Printed;
    });

    test("lockstep runs there", () => assert.match(printed.node, /^22\./));

    for (const host of ["fetch", "fastify"] as const) {
      test(`${host}: only a valid JWT with the scope opens the route`, () => {
        const { anonymous, alice, forged, withoutScope } = printed[host];
        assert.deepEqual([anonymous, alice, forged, withoutScope].map(statusAndCode), [
          [401, "unauthenticated"],
          [200, undefined],
          [401, "invalid_token"],
          [403, "insufficient_scope"],
        ]);
        assert.deepEqual(JSON.parse(alice?.text ?? ""), { id: "alice" });
      });

      test(`${host}: the document describes the API`, () => {
        const { status, text } = printed[host]["document"] ?? {};
        assert.equal(status, 200);
        const { openapi, paths } = JSON.parse(text ?? "") as { openapi: string; paths: object };
        assert.match(openapi, /^3\.1\./);
        assert.deepEqual(Object.keys(paths), ["/me"]);
      });

      test(`${host}: serves the documentation's page and its script`, () => {
        const { page, bundle } = printed[host];
        assert.deepEqual([page?.status, page?.type], [200, "text/html; charset=utf-8"]);
        assert.match(page?.text ?? "", /<script src="docs\/swagger-ui-bundle\.js/);
        assert.deepEqual([bundle?.status, bundle?.type], [200, "text/javascript; charset=utf-8"]);
        assert.match(bundle?.text ?? "", /SwaggerUIBundle/);
      });
    }

    test("identity names the Node to install, in one sentence", async () => {
      const sentence = /Install Node 24\.7 or later: this is Node 22\.\d+\.\d+, which has no argon2 to hash passwords with\n/;
      await assert.rejects(runIn(project, node22, startIdentity), ({ code, stderr }: Failure) => {
        assert.equal(code, 1);
        assert.match(stderr, new RegExp(`^Error: ${sentence.source}`, "m"));
        return true;
      });
      const command = run(node22, [join(project, "node_modules/.bin/lockstep-identity"), "generate-key"]);
      await assert.rejects(command, ({ code, stderr }: Failure) => {
        assert.equal(code, 1);
        assert.match(stderr, new RegExp(`^lockstep-identity: The command failed: ${sentence.source}`, "m"));
        return true;
      });
      // Positive control: the same program on the Node that runs this test.
      await runIn(project, process.execPath, `${startIdentity}process.exit();`);
    });
  });
});

/** The environment of a test process that inherits nothing from this one, such as the condition that resolves to the sources. */
const outsideEnvironment = { PATH: process.env["PATH"] };

/** Throws an error with the standard output of a failed command, which says what is wrong. */
function printed(failure: Error & { readonly stdout?: string }): never {
  throw new Error(failure.stdout ?? failure.message, { cause: failure });
}

function statusAndCode(answer: PrintedAnswer | undefined): readonly unknown[] {
  const { code } = JSON.parse(answer?.text ?? "{}") as { code?: string };
  return [answer?.status, code];
}

/** Installs packages into an empty folder, without running their scripts. */
async function install(folder: string, packages: readonly string[]): Promise<void> {
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
  await run("npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", ...packages], { cwd: folder });
}

/** Returns the paths of all files that a package of the workspace publishes. */
async function packedPaths(name: string): Promise<readonly string[]> {
  const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--workspace", name], { cwd: root });
  return [...stdout.matchAll(/"path":\s*"([^"]+)"/g)].map(([, path = ""]) => path);
}

/** Packs a package of the workspace into a folder. Returns the file's name. */
async function pack(name: string, into: string): Promise<string> {
  const { stdout } = await run("npm", ["pack", "--json", "--workspace", name, "--pack-destination", into], { cwd: root });
  // Depending on its version, npm prints a list or a record of the packages.
  const file = /"filename":\s*"([^"]+)"/.exec(stdout)?.[1];
  if (file === undefined) throw new Error(`npm pack printed no file name for ${name}`);
  return file;
}

/** TypeScript clients that three generators make of the document: they compile under `strict`, and call the API. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { fastifyServer } from "lockstep/fastify";
import type { Learned, Place } from "./client/visit.ts";
import { password, startTeams } from "./teams.fixture.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const tools = join(root, "tools/clients");

const compilerOptions = {
  target: "es2022",
  lib: ["es2023", "dom", "dom.iterable"],
  types: [],
  module: "nodenext",
  strict: true,
  noUncheckedIndexedAccess: true,
  outDir: "compiled",
};

const started = startTeams({ after }, "sqlite");
let folder = "";
let url = "";

/** Runs a program with the TypeScript that the generators need. */
const runTool = (...args: readonly string[]) => run(process.execPath, args, { cwd: tools });

before(async () => {
  const { api } = await started;
  const server = fastifyServer(api);
  after(() => server.close());
  await server.listen({ host: "127.0.0.1", port: 0 });
  // A server that listens on a port has an address with a port.
  url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;

  folder = await mkdtemp(join(tmpdir(), "teams-clients-"));
  after(() => rm(folder, { recursive: true }));
  const generated = join(folder, "generated");
  await mkdir(generated);
  await cp(fileURLToPath(new URL("client", import.meta.url)), folder, { recursive: true });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts", "generated"] }));
  const document = join(folder, "openapi.json");
  await writeFile(document, JSON.stringify(api.openapi()));
  await runTool("--import", "./typescript-5.ts", "generate.ts", document, url, generated);
});

suite("a generated client", () => {
  test("compiles under strict, with each program that uses one", async () => {
    await runTool("node_modules/typescript/bin/tsc", "-p", folder);
  });

  for (const generator of ["openapi-fetch", "openapi-ts", "orval"]) {
    test(`of ${generator} signs in, lists, creates, uploads and downloads, and knows the errors`, async (t) => {
      const { begin, other } = await started;
      await begin(t);
      const program = pathToFileURL(join(folder, "compiled", `${generator}.js`)).href;
      const { visit } = (await import(program)) as { visit(place: Place): Promise<Learned> };
      assert.deepEqual(await visit({ url, password, foreign: other.project }), {
        organisations: ["Acme"],
        created: [201, "Generated"],
        projects: ["Generated", "Website"],
        refused: [403, "forbidden"],
        missing: [404, "not_found"],
        invalid: [422, "/name"],
        uploaded: [201, "note.txt", "text/plain", 4],
        downloaded: [200, "Blue"],
      } satisfies Learned);
    });
  }
});

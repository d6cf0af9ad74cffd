import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fastify, type FastifyInstance } from "fastify";
import { connection, createApi, get } from "../../index.ts";
import { fastifyServer, lockstep } from "./index.ts";

const run = promisify(execFile);
const open = { public: "test", deps: { connection: connection() } };
const needing = { public: "test", deps: { connection: connection({ addressOr: "count without it" }) } };
const about = { title: "t", version: "1", audit: () => {} };
const api = createApi({ ...about, routes: [get("/", needing, () => "Ok")] });
const other = createApi({ ...about, routes: [get("/", open, () => "Ok")] });

/** Listens on a unix socket. Returns why it does not, or where. */
async function listen(t: TestContext, server: FastifyInstance): Promise<unknown> {
  const path = join(tmpdir(), `lockstep-${randomUUID()}.sock`);
  t.after(async () => {
    await server.close();
    await rm(path, { force: true });
  });
  return server.listen({ path }).catch((error: unknown) => error);
}

describe("an API that needs the client's address", () => {
  test("does not listen on a unix socket unless a proxy is trusted, alone and in an application", async (t) => {
    const inside = async (trustProxy: boolean | number): Promise<FastifyInstance> => {
      // As from JavaScript: the types of Fastify know no number.
      const settings: object = { trustProxy };
      const app = fastify(settings);
      await app.register(lockstep(api), { prefix: "/inner" });
      return app;
    };
    for (const [server, advice] of [
      [fastifyServer(api), "`trustedProxies` to the number of proxies"],
      [await inside(false), "`trustProxy` to a function that trusts the proxies"],
      // Fastify trusts nobody for a number.
      [await inside(1), "`trustProxy` to a function that trusts the proxies"],
    ] as const) {
      const refused = await listen(t, server);
      assert.ok(refused instanceof Error && "code" in refused, advice);
      assert.equal(refused.code, "client_address_unknown");
      assert.equal(
        refused.message,
        `GET /: listen on a TCP port, or set ${advice} before this unix socket, or count without it: nobody tells the client's address`,
      );
      assert.equal(server.server.listening, false);
    }
    // The control: with a proxy, on a port, and without the need.
    const allowed = [fastifyServer(api, { trustedProxies: 1 }), await inside(true), fastifyServer(other)];
    for (const server of allowed) assert.equal(typeof (await listen(t, server)), "string");
    const server = fastifyServer(api);
    t.after(() => server.close());
    assert.match(await server.listen({ host: "127.0.0.1", port: 0 }), /^http/);
  });

  test("warns once in each process if a proxy sends the address and none is trusted", async () => {
    const program = fileURLToPath(new URL("client-address-process.fixture.ts", import.meta.url));
    const printed = async (...args: readonly string[]) => {
      const { stdout, stderr } = await run(process.execPath, ["--conditions=lockstep-source", program, ...args]);
      return { seen: stdout.trim().split("\n"), warnings: stderr.match(/LOCKSTEP_UNTRUSTED_PROXY/g)?.length ?? 0, stderr };
    };
    for (const [proxies, option] of [
      ["0", "trustedProxies"],
      ["application", "trustProxy"],
      ["counted", "trustProxy"],
    ] as const) {
      const { seen, warnings, stderr } = await printed(proxies);
      assert.deepEqual(seen, ["127.0.0.1", "127.0.0.1", "127.0.0.1"]);
      assert.equal(warnings, 1, stderr);
      assert.match(stderr, new RegExp(`Set \`${option}\` if there is a proxy before this server`));
      assert.doesNotMatch(stderr, /192\.0\.2/);
    }
    // The control: a trusted proxy, and an API that does not care.
    assert.deepEqual((await printed("1")).seen, ["192.0.2.1", "127.0.0.1", "192.0.2.1"]);
    assert.equal((await printed("1")).warnings, 0);
    assert.equal((await printed("0", "no")).warnings, 0);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { fastify, type FastifyInstance } from "fastify";
import { BuildError } from "../../problem/error.ts";
import { Foreign } from "./foreign.ts";
import { checkRouteTable, routeTable, shapeOf } from "./route-table.ts";

const handler = (): string => "x";

/** An application with these GET routes, without their HEAD. */
async function applicationOf(paths: readonly string[]): Promise<FastifyInstance> {
  const app = fastify({ exposeHeadRoutes: false });
  for (const path of paths) app.get(path, handler);
  await app.ready();
  return app;
}

const trees: Readonly<Record<string, readonly string[]>> = {
  "shared prefixes": ["/a", "/ab", "/abc", "/abd", "/b", "/abcdef/g", "/abcdeg"],
  "a root": ["/"],
  "no root": ["/x", "/y"],
  "parameters beside text": ["/notes", "/notes/mine", "/notes/:id", "/notes/:id/tags", "/notes/:id/tags/:tag", "/notes/minefield"],
  "parameters whose names differ": ["/t/:team", "/t/:id/x", "/t/:other/y"],
  wildcards: ["/files/*", "/static/deep/*", "/f"],
  "a wildcard for everything": ["*", "/x"],
  expressions: ["/v/:id(^\\d+$)", "/v/:id", "/at/:hour-:minute", "/img/:name.png"],
  "marks that the listing uses": ["/x (GET)", "/a│b", "/├── c", "/d|e", "/f::g"],
  "letters outside ASCII": ["/été", "/日本"],
};

for (const [name, paths] of Object.entries(trees)) {
  test(`reads a table with ${name} as Fastify has it`, async () => {
    const app = await applicationOf(paths);
    const table = routeTable(app);
    assert.deepEqual([...table.keys()].toSorted(), paths.map((path) => shapeOf(`GET ${path}`)).toSorted());
    for (const path of paths) assert.ok(app.hasRoute({ method: "GET", url: path === "*" ? "/*" : path }), path);
    await app.close();
  });
}

test("reads every method of a path, HEAD that Fastify added included", async () => {
  const app = fastify();
  app.get("/a/:x", handler);
  app.post("/a/:y", handler);
  app.route({ method: ["PUT", "DELETE", "OPTIONS"], url: "/a/:z", handler });
  app.get("/only", { exposeHeadRoute: false }, handler);
  await app.ready();
  assert.deepEqual([...routeTable(app).keys()].toSorted(), [
    "DELETE /a/:",
    "GET /a/:",
    "GET /only",
    "HEAD /a/:",
    "OPTIONS /a/:",
    "POST /a/:",
    "PUT /a/:",
  ]);
  await app.close();
});

test("sees a route that answers under a constraint only, beside the one without", async () => {
  const app = fastify({ exposeHeadRoutes: false });
  app.get("/admin", handler);
  app.route({ method: "GET", url: "/admin", handler, constraints: { host: "evil.test" } });
  app.route({ method: "GET", url: "/versioned", handler, constraints: { version: "1.0.0" } });
  await app.ready();
  assert.deepEqual(
    [...routeTable(app).keys()],
    ["GET /admin", 'GET /admin {"host":"evil.test"}', 'GET /versioned {"version":"1.0.0"}'],
  );
  await app.close();
});

test("sees routes of every plugin, whatever its prefix", async () => {
  const app = fastify({ exposeHeadRoutes: false });
  await app.register(async (inner) => void inner.get("/a", handler), { prefix: "/p" });
  await app.register(async (inner) => void inner.register(async (deep) => void deep.get("/", handler), { prefix: "/q" }), {
    prefix: "/p",
  });
  await app.ready();
  assert.deepEqual([...routeTable(app).keys()].toSorted(), ["GET /p/a", "GET /p/q", "GET /p/q/"]);
  await app.close();
});

test("names the routes that are neither own nor declared, and those declared that are not there", () => {
  const table = new Map([
    ["GET /a", "GET /a"],
    ["GET /b/:", "GET /b/:id"],
  ]);
  assert.doesNotThrow(() => checkRouteTable(table, new Set(["GET /a"]), new Foreign(["GET /b/:other"])));
  assert.throws(
    () => checkRouteTable(table, new Set(["GET /a"]), new Foreign([])),
    isForeign(/^Make these .* \{ foreign: \["GET \/b\/:id"\] \}.* without its guards$/),
  );
  assert.throws(
    () => checkRouteTable(table, new Set(["GET /a"]), new Foreign(["GET /b/:id", "GET /c"])),
    isForeign(/^Remove GET \/c from foreign/),
  );
});

function isForeign(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof BuildError && error.code === "foreign_route" && message.test(error.message);
}

/** CORS: pages of the declared origins may call the API and read its answers, and no other page may. */
import assert from "node:assert/strict";
import { behaviour, type Behaviour, expectJson, type HostUnderTest } from "../host-under-test.ts";
import type { Received } from "../http-client.ts";
import { trustedOrigin } from "../suite-api.ts";
import { tokenOf } from "../world.ts";

const trusted = ["origin", trustedOrigin] as const;
const alice = ["authorization", `Bearer ${tokenOf("alice")}`] as const;
type Headers = readonly (readonly [string, string])[];

/** Origins that look like the trusted one, or have no page that could be trusted. */
const others = [
  "null",
  "https://evil.test",
  `${trustedOrigin}.evil.test`,
  `${trustedOrigin}:443`,
  `${trustedOrigin}/`,
  trustedOrigin.replace("https:", "http:"),
  trustedOrigin.toUpperCase(),
  `https://evil${trustedOrigin.slice("https://".length)}`,
  `${trustedOrigin}%00.evil.test`,
  `${trustedOrigin} https://evil.test`,
  `${trustedOrigin},https://evil.test`,
  `${trustedOrigin}/${"a".repeat(10_240)}`,
  `https://${"a".repeat(10_240)}.test`,
  "*",
  "",
];

/** The names of the headers of an answer that belong to CORS. */
function corsOf({ headers }: Received): readonly string[] {
  return Object.keys(headers).filter((name) => name.startsWith("access-control-"));
}

function preflight(
  host: HostUnderTest,
  target: string,
  method: string,
  names: string,
  origin: Headers[number] = trusted,
): Promise<Received> {
  const asked: Headers = names === "" ? [] : [["access-control-request-headers", names]];
  return host.ask("OPTIONS", target, { headers: [origin, ["access-control-request-method", method], ...asked] });
}

/** Facts about CORS. */
export const corsBehaviours: readonly Behaviour[] = [
  behaviour("a page of a declared origin may read every answer, with cookies", async (host) => {
    const asked: readonly (readonly [method: string, target: string, headers: Headers, status: number])[] = [
      ["GET", "/health", [], 200],
      ["GET", "/me", [alice], 200],
      ["GET", "/me", [], 401],
      ["GET", "/stream", [alice], 200],
      ["GET", "/notes/n2", [alice], 404],
      ["GET", "/crash", [alice], 500],
      ["GET", "/nowhere", [], 404],
      ["PUT", "/health", [], 405],
      ["HEAD", "/health", [], 200],
    ];
    for (const [method, target, headers, status] of asked) {
      const answer = await host.ask(method, target, { headers: [trusted, ...headers] });
      assert.equal(answer.status, status, `${method} ${target}`);
      assert.deepEqual(answer.headers["access-control-allow-origin"], [trustedOrigin], `${method} ${target}`);
      assert.deepEqual(answer.headers["access-control-allow-credentials"], ["true"]);
      assert.match(answer.headers["access-control-expose-headers"]?.[0] ?? "", /X-Request-Id/);
    }
  }),
  behaviour("a page of any other origin may read nothing: null, suffixes, other schemes and spellings", async (host) => {
    for (const origin of others) {
      const answer = await host.ask("GET", "/health", { headers: [["origin", origin]] });
      assert.deepEqual([answer.status, corsOf(answer)], [200, []], origin);
      assert.deepEqual(corsOf(await preflight(host, "/notes/n1", "PATCH", "authorization", ["origin", origin])), [], origin);
    }
    const twice = await host.ask("GET", "/health", { headers: [trusted, ["origin", "https://evil.test"]] });
    assert.deepEqual(corsOf(twice), []);
  }),
  behaviour("every answer tells caches that it differs by Origin, also if none came", async (host) => {
    for (const headers of [[], [trusted], [["origin", "https://evil.test"]]] as readonly Headers[])
      for (const [method, target] of [
        ["GET", "/health"],
        ["GET", "/me"],
        ["GET", "/nowhere"],
        ["OPTIONS", "/health"],
      ] as const)
        assert.deepEqual((await host.ask(method, target, { headers })).headers["vary"], ["Origin"], `${method} ${target}`);
  }),
  behaviour("a preflight names the methods and headers that are declared, and runs nothing", async (host) => {
    const happened = await host.observe(async () => {
      const answer = await preflight(host, "/notes/n1", "PATCH", "authorization,content-type");
      assert.deepEqual([answer.status, answer.text], [204, ""]);
      assert.deepEqual(answer.headers["access-control-allow-origin"], [trustedOrigin]);
      assert.deepEqual(answer.headers["access-control-allow-methods"], ["DELETE, GET, HEAD, PATCH"]);
      assert.deepEqual(answer.headers["access-control-allow-headers"], ["authorization, content-type, x-request-id"]);
      assert.deepEqual(answer.headers["access-control-max-age"], ["600"]);
    });
    assert.deepEqual([happened.calls, happened.events, happened.handled], [[], [], []]);
  }),
  behaviour("a preflight allows no header that the route does not declare, whatever it asks for", async (host) => {
    for (const [method, target, allowed] of [
      ["GET", "/notes/n1", "authorization, x-request-id"],
      ["GET", "/health", "x-request-id"],
      ["POST", "/upload", "authorization, content-type, x-request-id"],
      ["GET", "/both", "authorization, x-api-key, x-request-id"],
      ["POST", "/session", "x-request-id"],
    ] as const) {
      const answer = await preflight(host, target, method, "x-http-method-override, x-forwarded-for, authorization");
      assert.deepEqual(answer.headers["access-control-allow-headers"], [allowed], `${method} ${target}`);
    }
  }),
  behaviour("a preflight grants no page a way into a private network, also not one of a declared origin (O-10)", async (host) => {
    const asked: Headers = [trusted, ["access-control-request-method", "GET"], ["access-control-request-private-network", "true"]];
    const answer = await host.ask("OPTIONS", "/health", { headers: asked });
    assert.deepEqual([answer.status, answer.headers["access-control-allow-origin"]], [204, [trustedOrigin]]);
    assert.ok(!corsOf(answer).some((name) => name.includes("private-network")));
  }),
  behaviour("a preflight for a method that the path does not have names those that it has", async (host) => {
    const answer = await preflight(host, "/health", "DELETE", "authorization");
    assert.deepEqual([answer.status, answer.headers["access-control-allow-methods"]], [204, ["GET, HEAD"]]);
    assert.equal(answer.headers["access-control-allow-headers"], undefined);
    assert.equal((await preflight(host, "/nowhere", "GET", "")).status, 404);
  }),
  behaviour("the origins whose pages read answers are those whose pages may write with a cookie", async (host) => {
    const cookie = ["cookie", `__Host-session=${tokenOf("alice")}`] as const;
    const own = await host.ask("POST", "/session", { headers: [cookie, trusted] });
    expectJson(own, { id: "alice" });
    assert.deepEqual(own.headers["access-control-allow-origin"], [trustedOrigin]);
    const other = await host.ask("POST", "/session", { headers: [cookie, ["origin", "https://evil.test"]] });
    assert.deepEqual([other.status, corsOf(other)], [403, []]);
  }),
];

import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi, get, scopes } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { serveFetch } from "lockstep/fetch";
import { identity } from "./identity.ts";
import { generateIdentityKey } from "./secret/identity-key.ts";
import { describeOnEach } from "./store/database.fixture.ts";
import type { Database } from "./store/database.ts";
import type { ThrottleOptions } from "./throttle/throttle-options.ts";

async function open(database: Database, throttle: ThrottleOptions) {
  return identity({
    database,
    issuer: "https://as.test",
    audience: "https://api.test",
    key: generateIdentityKey(),
    scopes: { "notes:read": "Read notes" },
    passwordGrant: true,
    mail: { send: async () => {} },
    audit: () => {},
    throttle,
  });
}

describeOnEach("an API with identity", (kind) => {
  test("does not start on a host that cannot tell the client's address, and says what to set (L-12)", async (t) => {
    const auth = await open(await kind.open(t), {});
    t.after(() => auth.close());
    const about = { title: "t", version: "1", audit: () => {} };
    const user = scopes(auth.currentUser, "notes:read");
    const message = /pass \{ address \} to serveFetch\(\), or set `throttle: \{ clientAddress: "unknown" \}`/;
    for (const routes of [auth.routes, [get("/notes", { deps: { user } }, () => "notes")]]) {
      const api = createApi({ ...about, routes });
      const error = { code: "client_address_unknown", message };
      assert.throws(() => serveFetch(api), error);
      await assert.rejects(api.fetch(new Request("https://as.test/notes")), error);
      // The control.
      const fetch = serveFetch(api, { address: () => "192.0.2.1" });
      assert.equal((await fetch(new Request("https://as.test/other"))).status, 404);
    }
    const server = fastifyServer(createApi({ ...about, routes: auth.routes }));
    t.after(() => server.close());
    await server.listen({ host: "127.0.0.1", port: 0 });
  });

  test("starts on such a host if it is told that addresses are unknown, and limits all clients together (L-12)", async (t) => {
    const limit = { attempts: 3, seconds: 600 };
    const auth = await open(await kind.open(t), { clientAddress: "unknown", signIn: { wideNetwork: limit } });
    t.after(() => auth.close());
    const api = createApi({ title: "t", version: "1", audit: () => {}, routes: auth.routes });
    const statuses: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      const body = new URLSearchParams({
        grant_type: "password",
        username: `user${count}@example.test`,
        password: `wrong ${count}`,
      });
      statuses.push((await api.fetch(new Request("https://as.test/auth/token", { method: "POST", body }))).status);
    }
    assert.deepEqual(statuses, [400, 400, 400, 429, 429]);
  });
});

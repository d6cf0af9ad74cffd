import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Problem } from "lockstep";
import { basic as basicOf, fiftyTimes, isGood, openDesk, password, refused, tokensOf } from "../grant/token-desk.fixture.ts";
import { testSettings } from "../settings.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { assertionKey } from "./assertion.fixture.ts";
import type { ClientRegistration } from "./client-registration.ts";
import { Clients } from "./clients.ts";

const plain: ClientRegistration = { name: "Reports", authentication: "client_secret_basic", grants: [], scopes: [] };

function isProblem(code: string, status: number): (error: unknown) => boolean {
  return (error) => error instanceof Problem && error.code === code && error.status === status;
}

describeOnEach("Clients", (database) => {
  test("a client is created with a random id and a secret that is shown once", async (t) => {
    const { settings, events } = testSettings(await database.open(t));
    const clients = new Clients(settings);
    const { client, secret } = await clients.create({ ...plain, by: "cli" });
    assert.match(client.id, /^[0-9a-f]{24}$/);
    assert.match(secret?.reveal() ?? "", /^[A-Za-z0-9_-]{43}$/);
    assert.deepEqual(await clients.find(client.id), client);
    assert.deepEqual(Object.keys(client).toSorted(), [
      "authentication",
      "createdAt",
      "createdBy",
      "disabledAt",
      "grants",
      "id",
      "introspects",
      "name",
      "scopes",
    ]);
    assert.deepEqual(
      events.map(({ type }) => type),
      ["client.created"],
    );
    assert.equal(await clients.find("nobody"), undefined);
  });

  test("an id that has the form of a UUID, as accounts have, or is malformed, is refused (A-50)", async (t) => {
    const { settings, events } = testSettings(await database.open(t));
    const clients = new Clients(settings);
    for (const id of [randomUUID(), "ab", "A-client", "a_client", "a:b", "a b", "", "x".repeat(65), "a\u0000b", "é-é"]) {
      await assert.rejects(clients.create({ ...plain, id }), isProblem("wrong_client", 422), id);
    }
    assert.equal(events.length, 0);
    assert.equal((await clients.create({ ...plain, id: "reports-2" })).client.id, "reports-2");
  });

  test("a registration that breaks a rule is refused", async (t) => {
    const clients = new Clients(testSettings(await database.open(t)).settings);
    const { jwks } = assertionKey();
    const privateKey = { ...jwks.keys[0], kty: "EC", d: "AAAA" };
    const wrong: readonly Partial<ClientRegistration>[] = [
      { name: "" },
      { name: " " },
      { name: "a\nb" },
      { name: "a\u202eb" },
      { name: "x".repeat(101) },
      { scopes: ["admin"] },
      { scopes: ["toString"] },
      // From JavaScript or the body of a request.
      { grants: ["implicit" as "password"] },
      { authentication: "client_secret_post" as "none" },
      { authentication: "none", grants: ["client_credentials"] },
      { authentication: "none", introspects: true },
      { authentication: "private_key_jwt" },
      { jwks },
      { authentication: "private_key_jwt", jwks: { keys: [] } },
      { authentication: "private_key_jwt", jwks: { keys: [privateKey] } },
      { authentication: "private_key_jwt", jwks: { keys: [{ kty: "oct", k: "AAAA" }] } },
      { authentication: "private_key_jwt", jwks: { keys: Array.from({ length: 101 }, () => ({ kty: "EC" })) } },
    ];
    for (const change of wrong) {
      await assert.rejects(clients.create({ ...plain, ...change }), isProblem("wrong_client", 422), JSON.stringify(change));
    }
    const { client, secret } = await clients.create({ ...plain, authentication: "private_key_jwt", jwks });
    assert.equal(secret, undefined);
    assert.equal(client.authentication, "private_key_jwt");
    assert.deepEqual(await clients.list(), [client]);
  });

  test("when fifty callers create a client with the same id at once, one succeeds", async (t) => {
    const clients = new Clients(testSettings(await database.open(t)).settings);
    const made = await fiftyTimes(async () => {
      try {
        await clients.create({ ...plain, id: "reports" });
        return "made";
      } catch (error) {
        assert.ok(isProblem("client_exists", 409)(error), String(error));
        return "exists";
      }
    });
    assert.equal(made.filter((each) => each === "made").length, 1);
  });

  test("clients are listed in pages", async (t) => {
    const clients = new Clients(testSettings(await database.open(t)).settings);
    for (const id of ["ccc", "aaa", "bbb"]) await clients.create({ ...plain, id });
    assert.deepEqual(
      (await clients.list({ limit: 2 })).map(({ id }) => id),
      ["aaa", "bbb"],
    );
    assert.deepEqual(
      (await clients.list({ limit: 2, after: "bbb" })).map(({ id }) => id),
      ["ccc"],
    );
  });

  test("a disabled client can do nothing, and its sessions and tokens end; once enabled, it starts afresh", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const { client, basic } = await desk.client({ grants: ["password", "refresh_token", "client_credentials"] });
    const other = await desk.client({ grants: ["client_credentials"] });
    const own = async (headers: Readonly<Record<string, string>>): Promise<string> => {
      return String((await desk.token({ grant_type: "client_credentials" }, headers)).body["access_token"]);
    };
    const [signedIn, service, control] = [await desk.signIn({}, basic), await own(basic), await own(other.basic)];
    assert.deepEqual([await desk.clients.disable(client.id, { by: "root" }), await desk.clients.disable(client.id)], [true, false]);
    assert.deepEqual(
      [await isGood(desk, signedIn.access), await isGood(desk, service), await isGood(desk, control)],
      [false, false, true],
    );
    refused(await desk.token({ grant_type: "client_credentials" }, basic), "invalid_client", 401);
    refused(await desk.token({ grant_type: "refresh_token", refresh_token: signedIn.refresh }, basic), "invalid_client", 401);

    assert.deepEqual([await desk.clients.enable(client.id), await desk.clients.enable(client.id)], [true, false]);
    refused(await desk.token({ grant_type: "refresh_token", refresh_token: signedIn.refresh }, basic), "invalid_grant");
    assert.equal(await isGood(desk, service), false);
    assert.equal(await isGood(desk, await own(basic)), true);
    const types = desk.events.map(({ type }) => type);
    for (const type of ["client.disabled", "session.ended", "client.enabled"] as const) assert.ok(types.includes(type), type);
  });

  test("a new secret replaces the old one at once", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const { client, basic } = await desk.client({ grants: ["client_credentials"] });
    const secret = await desk.clients.replaceSecret(client.id);
    refused(await desk.token({ grant_type: "client_credentials" }, basic), "invalid_client", 401);
    const answer = await desk.token({ grant_type: "client_credentials" }, basicOf(client.id, secret?.reveal() ?? ""));
    assert.equal(answer.status, 200);
    const { client: open } = await desk.client({ authentication: "none" });
    assert.equal(await desk.clients.replaceSecret(open.id), undefined);
    assert.equal(await desk.clients.replaceSecret("nobody"), undefined);
  });

  test("deleting a client ends its sessions and tokens; a new client with its id has none of them", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const grants = ["password", "refresh_token"] as const;
    const { basic } = await desk.client({ id: "web", grants });
    const signedIn = await desk.signIn({}, basic);
    assert.deepEqual([await desk.clients.delete("web"), await desk.clients.delete("web")], [true, false]);
    assert.equal(await isGood(desk, signedIn.access), false);
    const again = await desk.client({ id: "web", grants });
    refused(await desk.token({ grant_type: "refresh_token", refresh_token: signedIn.refresh }, again.basic), "invalid_grant");
    assert.equal(
      await isGood(
        desk,
        tokensOf(await desk.token({ grant_type: "password", username: "alice@example.com", password }, again.basic)).access,
      ),
      true,
    );
  });

  test("a client that is disabled while a user signs in through it gets no session", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const { client, basic } = await desk.client({ grants: ["password", "refresh_token"] });
    const { throttle } = desk;
    const original = throttle.signIn.bind(throttle);
    // The client is read before the password is checked. This changes the client in between.
    throttle.signIn = async (attempt, work) => {
      await desk.clients.disable(client.id);
      await desk.clients.enable(client.id);
      return original(attempt, work);
    };
    refused(await desk.token({ grant_type: "password", username: "alice@example.com", password }, basic), "invalid_grant");
    throttle.signIn = original;
    await desk.signIn({}, basic);
    assert.equal((await desk.sessions.list(desk.alice.id, { limit: 10 })).length, 1);
  });
});

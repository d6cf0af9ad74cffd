import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, basic, type Desk, fiftyTimes, openDesk, refused } from "../grant/token-desk.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { type AssertionChange, type AssertionKey, assertionKey, assertionOf, withOtherSignature } from "./assertion.fixture.ts";
import { assertionType } from "./client-assertion.ts";
import { removeSpent } from "../store/spent.ts";

const grant = { grant_type: "client_credentials" };

function reasons({ events }: Desk): readonly unknown[] {
  return events.flatMap((event) => (event.type === "client.refused" ? [event.reason] : []));
}

describeOnEach("Authenticating a client by an assertion", (database) => {
  interface Signing {
    readonly desk: Desk;
    readonly key: AssertionKey;
    sign(change?: AssertionChange): string;
    send(assertion: string, fields?: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  }

  async function open(t: Parameters<typeof openDesk>[0], alg: AssertionKey["alg"] = "ES256"): Promise<Signing> {
    const desk = await openDesk(t, await database.open(t));
    const key = assertionKey(alg);
    await desk.client({ id: "job", authentication: "private_key_jwt", jwks: key.jwks, grants: ["client_credentials"] });
    return {
      desk,
      key,
      sign: (change) => assertionOf("job", key, desk.clock.now, change),
      send: (assertion, fields = {}, headers = {}) => {
        return desk.token({ ...grant, client_assertion_type: assertionType, client_assertion: assertion, ...fields }, headers);
      },
    };
  }

  for (const alg of ["ES256", "EdDSA", "RS256", "PS256"] as const) {
    test(`an assertion signed with ${alg} is accepted, with and without typ and client_id`, async (t) => {
      const { sign, send } = await open(t, alg);
      assert.equal((await send(sign())).status, 200);
      assert.equal((await send(sign(), { client_id: "job" })).status, 200);
      assert.equal((await send(sign({ header: { typ: "JWT" } }))).status, 200);
      assert.equal((await send(sign({ header: { typ: "client-authentication+jwt" } }))).status, 200);
    });
  }

  test("only the issuer, as one text, is the audience: not the token endpoint, and not a list (A-31)", async (t) => {
    const { desk, sign, send } = await open(t);
    const endpoint = "https://as.test/auth/token";
    const wrong = [
      endpoint,
      ["https://as.test"],
      ["https://as.test", endpoint],
      ["https://as.test", "https://as.test"],
      "https://as.test/",
      "HTTPS://as.test",
      "https://as.test https://other.test",
      "",
      undefined,
    ];
    for (const aud of wrong) refused(await send(sign({ claims: { aud } })), "invalid_client", 401);
    assert.deepEqual(reasons(desk), [
      "wrong_assertion",
      "audience_not_the_issuer",
      "wrong_assertion",
      "audience_not_the_issuer",
      ...Array.from({ length: 5 }, () => "wrong_assertion"),
    ]);
    assert.equal((await send(sign({ claims: { aud: "https://as.test" } }))).status, 200);
  });

  test("every flaw of an assertion is invalid_client", async (t) => {
    const { desk, key, sign, send } = await open(t);
    const iat = Math.floor(desk.clock.now / 1000);
    const other = assertionKey();
    const wrong: readonly string[] = [
      assertionOf("job", other, desk.clock.now),
      assertionOf("nobody", key, desk.clock.now),
      sign({ claims: { sub: "web" } }),
      sign({ claims: { iss: "web" } }),
      sign({ claims: { aud: "https://other.test" } }),
      sign({ claims: { aud: ["https://as.test", "https://other.test"] } }),
      sign({ claims: { exp: iat - 60, iat: iat - 120 } }),
      sign({ claims: { exp: iat + 301 } }),
      sign({ claims: { iat: iat + 60, exp: iat + 120 } }),
      sign({ claims: { nbf: iat + 60 } }),
      sign({ claims: { jti: undefined } }),
      sign({ claims: { jti: "" } }),
      sign({ claims: { jti: 1 } }),
      sign({ claims: { exp: undefined } }),
      sign({ header: { typ: "at+jwt" } }),
      sign({ header: { typ: "" } }),
      sign({ header: { alg: "none" } }),
      sign({ header: { alg: "HS256" } }),
      sign({ header: { kid: "c2" } }),
      sign({ header: { crit: ["b64"], b64: true } }),
      `${sign()}x`,
      sign().split(".").slice(0, 2).join("."),
      "x.y.z",
      "..",
      "a".repeat(9000),
      "null.null.null",
    ];
    const answers: string[] = [];
    for (const assertion of wrong) {
      const answer = await send(assertion);
      refused(answer, "invalid_client", 401);
      answers.push(answer.text);
    }
    assert.equal(new Set(answers).size, 1);
    assert.equal((await send(sign())).status, 200);
  });

  test("an assertion with a second method, another client_id or half of the pair is invalid_request", async (t) => {
    const { desk, sign, send } = await open(t);
    const svc = await desk.client({ grants: ["client_credentials"] });
    refused(await send(sign(), {}, svc.basic), "invalid_request");
    refused(await send(sign(), { client_secret: "x" }), "invalid_request");
    refused(await send(sign(), { client_id: "web" }), "invalid_request");
    refused(await send(sign(), { client_assertion_type: "urn:other" }), "invalid_request");
    refused(await desk.token({ ...grant, client_assertion: sign() }), "invalid_request");
    refused(await desk.token({ ...grant, client_assertion_type: assertionType }), "invalid_request");
    // A client that has keys has no secret.
    refused(await desk.token(grant, basic("job", "x")), "invalid_client", 401);
    await desk.clients.disable("job");
    refused(await send(sign()), "invalid_client", 401);
  });

  test("an assertion is accepted once, even with the other signature of its key (J-47)", async (t) => {
    const { desk, sign, send } = await open(t);
    const [used, twin] = [sign(), sign()];
    assert.equal((await send(used)).status, 200);
    refused(await send(used), "invalid_client", 401);
    refused(await send(withOtherSignature(used)), "invalid_client", 401);
    // The positive control: the other signature is valid.
    assert.equal((await send(withOtherSignature(twin))).status, 200);
    refused(await send(twin), "invalid_client", 401);
    assert.deepEqual(reasons(desk), ["assertion_replayed", "assertion_replayed", "assertion_replayed"]);
  });

  test("an assertion sent fifty times at once is accepted once", async (t) => {
    const { sign, send } = await open(t);
    const assertion = sign();
    const answers = await fiftyTimes(() => send(assertion));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const answer of answers) if (answer.status !== 200) refused(answer, "invalid_client", 401);
  });

  test("the id of an assertion is remembered until the assertion expires, and no longer", async (t) => {
    const { desk, sign, send } = await open(t);
    const assertion = sign();
    assert.equal((await send(assertion)).status, 200);
    desk.clock.advance(64);
    assert.equal(await desk.settings.database.run(removeSpent(desk.clock.now, 10)), 0);
    refused(await send(assertion), "invalid_client", 401);
    desk.clock.advance(1);
    assert.equal(await desk.settings.database.run(removeSpent(desk.clock.now, 10)), 1);
    refused(await send(assertion), "invalid_client", 401);
    assert.deepEqual(reasons(desk), ["assertion_replayed", "wrong_assertion"]);
  });

  test("two clients may use the same jti", async (t) => {
    const { desk, key, sign, send } = await open(t);
    await desk.client({ id: "job-2", authentication: "private_key_jwt", jwks: key.jwks, grants: ["client_credentials"] });
    const claims = { jti: "1" };
    assert.equal((await send(sign({ claims }))).status, 200);
    assert.equal((await send(assertionOf("job-2", key, desk.clock.now, { claims }))).status, 200);
    refused(await send(sign({ claims })), "invalid_client", 401);
  });
});

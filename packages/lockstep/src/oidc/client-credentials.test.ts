/** Tokens that this API obtains, in its own name and for its callers. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { Unavailable } from "../problem/error.ts";
import { eventually } from "../testing/eventually.ts";
import { Redacted, secret } from "../secret/redacted.ts";
import { clientCredentials } from "./client-credentials.ts";
import { type Answer, basic, client, json, TestIssuer } from "./test-issuer.fixture.ts";
import { tokenExchange } from "./token-exchange.ts";
import type { SecretClient } from "./client-authentication.ts";
import { TokenRefused, type TokenRequestOptions } from "./token-endpoint.ts";

const server = new TestIssuer();
const exchangeType = "urn:ietf:params:oauth:grant-type:token-exchange";
const accessTokenType = "urn:ietf:params:oauth:token-type:access_token";

/** Issues tokens with a number each. */
function issuing(over: object = {}): Answer {
  let number = 0;
  return (asked, response) => {
    const body = {
      access_token: `token-${(number += 1)}`,
      token_type: "Bearer",
      expires_in: 300,
      issued_token_type: accessTokenType,
      ...over,
    };
    json(body)(asked, response);
  };
}

const source = (over: Partial<SecretClient & TokenRequestOptions> = {}): { readonly token: () => Promise<string> } => {
  const credentials = clientCredentials({ ...server.common, ...client, scope: "payments:write", ...over });
  return { token: async () => (await credentials.token()).reveal() };
};
const forms = (): readonly Record<string, string>[] =>
  server.asked.filter(({ path }) => path === "/token").map(({ form }) => Object.fromEntries(form));

/** Asserts that obtaining a token fails with 503, and that the error shows no secret. */
async function refused(by: { readonly token: () => Promise<unknown> }): Promise<Unavailable> {
  const error: unknown = await by.token().then(
    () => assert.fail("a token was returned"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Unavailable, inspect(error));
  assert.ok(!inspect(error, { depth: 20, showHidden: true }).includes(client.clientSecret));
  return error;
}

describe("clientCredentials()", () => {
  test("asks the endpoint of the metadata, and returns a token that is not printed", async () => {
    server.answers["/token"] = issuing();
    const credentials = clientCredentials({
      ...server.common,
      ...client,
      clientSecret: secret(client.clientSecret),
      scope: "a b",
      resource: "https://payments.test",
      audience: "payments",
    });
    const token = await credentials.token();
    assert.deepEqual([token instanceof Redacted, token.reveal(), String(token)], [true, "token-1", "[redacted]"]);
    assert.deepEqual(forms(), [
      { grant_type: "client_credentials", scope: "a b", resource: "https://payments.test", audience: "payments" },
    ]);
    assert.equal(server.asked[1]?.authorization, basic);
  });

  test("names each of several resources and audiences in a parameter of its own (RFC 8707 §2, RFC 8693 §2.1)", async () => {
    server.answers["/token"] = issuing();
    await source({ resource: ["https://a.test", "https://b.test/api"], audience: ["one", "two"] }).token();
    const { form } = server.asked.find(({ path }) => path === "/token") ?? assert.fail("nobody asked");
    assert.deepEqual(
      [form.getAll("resource"), form.getAll("audience")],
      [
        ["https://a.test", "https://b.test/api"],
        ["one", "two"],
      ],
    );
  });

  test("asks at `tokenEndpoint`, with the secret in the form, if the options say so", async () => {
    server.answers["/token"] = issuing();
    assert.equal(
      await source({ tokenEndpoint: `${server.origin}/token`, authentication: "client_secret_post" }).token(),
      "token-1",
    );
    assert.deepEqual(server.paths, ["/token"]);
    assert.deepEqual(forms(), [
      { grant_type: "client_credentials", scope: "payments:write", client_id: client.clientId, client_secret: client.clientSecret },
    ]);
  });

  test("keeps the token while it works; all who ask at once share a request", async () => {
    server.answers["/token"] = issuing();
    const by = source();
    assert.deepEqual(new Set(await Promise.all(Array.from({ length: 50 }, () => by.token()))), new Set(["token-1"]));
    server.later(239);
    assert.equal(await by.token(), "token-1");
    assert.equal(forms().length, 1);
  });

  test("renews it in the background before it expires, and hands none out at the very end", async () => {
    server.answers["/token"] = issuing();
    const by = source();
    await by.token();
    server.later(241);
    assert.deepEqual([await by.token(), await by.token()], ["token-1", "token-1"]);
    await server.received(3);
    await eventually(async () => (await by.token()) === "token-2", 30_000, "the renewal");
    server.later(291);
    assert.equal(await by.token(), "token-3");
    assert.equal(forms().length, 3);
  });

  test("uses the old one while renewing fails, tries again after a pause, and fails only when it has expired", async () => {
    let requests = 0;
    const by = source({ tokenEndpoint: `${server.origin}/token`, fetch: (...request) => ((requests += 1), fetch(...request)) });
    server.answers["/token"] = issuing();
    await by.token();
    server.answers["/token"] = json({}, 500);
    server.later(245);
    for (const [attempt, pause] of [5, 41].entries()) {
      assert.equal(await by.token(), "token-1");
      await eventually(() => server.problems.length === attempt + 1, 30_000, "the failure");
      assert.equal(await by.token(), "token-1");
      // A request that this one began would have been counted by now: it waits for nothing but promises.
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(requests, attempt + 2);
      server.later(pause);
    }
    await refused(by);
    server.hides(client.clientSecret, "token-1");
    server.answers["/token"] = issuing();
    assert.equal(await by.token(), "token-1");
  });

  test("keeps no token whose lifetime is not told, and none longer than it is", async () => {
    server.answers["/token"] = issuing({ expires_in: undefined });
    const by = source();
    assert.deepEqual([await by.token(), await by.token()], ["token-1", "token-2"]);
    for (const lifetime of [-1, 0, "x", null]) {
      server.answers["/token"] = issuing({ expires_in: lifetime });
      assert.deepEqual([await by.token(), await by.token()], ["token-1", "token-2"]);
    }
    server.answers["/token"] = issuing({ expires_in: "300" });
    assert.deepEqual([await by.token(), await by.token()], ["token-1", "token-1"]);
    server.later(-3_600);
    assert.equal(await by.token(), "token-2");
  });

  test("tells why the issuer refuses, by its code only", async () => {
    const description = `the secret ${client.clientSecret} is wrong`;
    for (const [status, error, shown] of [
      [400, "invalid_scope", "invalid_scope"],
      [401, "invalid_client", "invalid_client"],
      [403, "access_denied", "access_denied"],
      [400, `x ${client.clientSecret}`, undefined],
      [400, 1, undefined],
    ] as const) {
      server.answers["/token"] = json({ error, error_description: description }, status);
      const refusal = await refused(source());
      assert.ok(refusal instanceof TokenRefused);
      assert.equal(refusal.error, shown);
      assert.match(refusal.message, new RegExp(`refused to issue a token: ${status}${shown === undefined ? "" : ` ${shown}`}$`));
    }
    server.answers["/token"] = issuing();
    assert.equal(await source().token(), "token-1");
  });

  test("takes nothing but a bearer token from an answer, and follows no redirect", async () => {
    const wrong: readonly Answer[] = [
      issuing({ token_type: "DPoP" }),
      issuing({ token_type: undefined }),
      issuing({ access_token: "a b" }),
      issuing({ access_token: "a\r\nx: y" }),
      issuing({ access_token: "" }),
      issuing({ access_token: undefined }),
      json([]),
      json({}, 500),
      (_asked, response) => void response.writeHead(307, { location: "/elsewhere" }).end(),
      (_asked, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      (_asked, response) => void response.destroy(),
    ];
    server.answers["/elsewhere"] = issuing();
    for (const answer of wrong) {
      server.answers["/token"] = answer;
      assert.ok(!((await refused(source())) instanceof TokenRefused));
    }
    assert.ok(!server.paths.includes("/elsewhere"));
    server.answers["/token"] = issuing({ token_type: "bearer" });
    assert.equal(await source().token(), "token-1");
  });

  test("does not start with wrong options", () => {
    for (const [over, message] of [
      [{ issuer: "http://login.example.com" }, /The token_endpoint cannot be fetched/],
      [{ issuer: undefined }, /Pass clientCredentials\(\) the `issuer`/],
      [{ tokenEndpoint: "https://10.0.0.1/token" }, /public internet/],
      [{ scope: "a  b" }, /write `scope`/],
      [{ resource: "payments" }, /write `resource`/],
      [{ resource: "https://a.test/#b" }, /write `resource`/],
      [{ resource: "https://a.test/#" }, /write `resource`/],
      [{ resource: [] }, /write `resource`/],
      [{ resource: ["https://a.test", "b"] }, /write `resource`/],
      [{ audience: [] }, /write `audience`/],
      [{ audience: ["a", 1] }, /write `audience`/],
      [{ clientSecret: "" }, /set `clientSecret`/],
      [{ clock: 1 }, /set `clock`/],
    ] as const) {
      assert.throws(() => source(over as never), { code: "wrong_option", message }, JSON.stringify(over));
    }
  });
});

describe("tokenExchange()", () => {
  const exchanging = (over: object = {}) => {
    const exchange = tokenExchange({ ...server.common, ...client, audience: "payments", ...over });
    return async (subject: string): Promise<string> => (await exchange.token(new Redacted(subject))).reveal();
  };

  test("exchanges the token of a caller (RFC 8693 §2.1)", async () => {
    server.answers["/token"] = issuing();
    assert.equal(await exchanging()("alice-token"), "token-1");
    assert.deepEqual(forms(), [
      {
        grant_type: exchangeType,
        subject_token: "alice-token",
        subject_token_type: accessTokenType,
        requested_token_type: accessTokenType,
        audience: "payments",
      },
    ]);
  });

  test("keeps the result for each caller, and never returns it to another one", async () => {
    server.answers["/token"] = issuing();
    const exchange = exchanging();
    const tail = "x".repeat(40);
    assert.deepEqual(await Promise.all([`a${tail}`, `b${tail}`, `a${tail}`].map(exchange)), ["token-1", "token-2", "token-1"]);
    assert.equal(await exchange(`b${tail}`), "token-2");
    const again = await exchange(`a${tail}`);
    assert.notEqual(again, "token-2");
  });

  test("refuses another type of token, and tells why the issuer refuses", async () => {
    for (const type of ["urn:ietf:params:oauth:token-type:id_token", "urn:ietf:params:oauth:token-type:refresh_token", undefined]) {
      server.answers["/token"] = issuing({ issued_token_type: type });
      await refused({ token: () => exchanging()("alice-token") });
    }
    server.answers["/token"] = json({ error: "invalid_grant" }, 400);
    const error = await refused({ token: () => exchanging()("alice-token") });
    assert.ok(error instanceof TokenRefused && error.error === "invalid_grant");
    server.hides("alice-token", client.clientSecret);
    server.answers["/token"] = issuing({ issued_token_type: "urn:ietf:params:oauth:token-type:jwt" });
    assert.equal(await exchanging()("alice-token"), "token-1");
  });

  test("takes only what a scheme extracted", async () => {
    const exchange = tokenExchange({ ...server.common, ...client });
    await assert.rejects(exchange.token("alice-token" as never), { code: "wrong_option" });
    assert.throws(() => exchanging({ subjectTokenType: "jwt" }), { code: "wrong_option" });
  });
});

/** `stepUp()` in an API: the challenge, the problem, the audit event and the document (RFC 9470). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as f from "../token/token.fixture.ts";
import {
  type Api,
  apiKeyCookie,
  anyOf,
  type AuditEvent,
  authenticate,
  createApi,
  firstOf,
  get,
  httpBearer,
  identified,
  optional,
  post,
  Refused,
  type Route,
  scopes,
  stepUp,
} from "../index.ts";
import { buildChallenge, findCredential, scheme } from "../scheme/index.ts";
import { Redacted } from "../secret/redacted.ts";
import { dpop } from "../token/sender/dpop.ts";
import { memoryProofReplays } from "../token/sender/memory-proof-replays.ts";
import { baseUrl, proofKey, prove } from "../token/sender/proof.fixture.ts";

const token = httpBearer({ scopes: { read: "Read", pay: "Pay" } });
const accessTokens = f.verifier();
const user = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => identified({ id: claims.sub }, claims));
/** A session of an application of its own, whose grants no token holds. */
const session = authenticate({ cookie: apiKeyCookie({ name: "sid" }) }, ({ cookie }) =>
  identified({ id: "alice" }, { sub: "alice", auth_time: Number(cookie.reveal()), acr: "pwd" }),
);
/** A scheme of the application's own, which says what it is told. */
const ticket = scheme({
  name: "Ticket",
  place: "authorization ticket",
  ambient: false,
  extract: (source) => {
    const found = findCredential(source, "ticket");
    return typeof found === "string" ? new Redacted(found) : found;
  },
  challenge: ({ realm, error, acrValues, maxAgeSeconds }) =>
    buildChallenge("Ticket", { realm, error, acr_values: acrValues, max_age: maxAgeSeconds?.toString() }),
  openapi: { type: "http", scheme: "ticket" },
});
const holder = authenticate({ ticket }, () => identified({ id: "alice" }, { sub: "alice" }));

const payer = stepUp(user, { maxAgeSeconds: 300, acr: ["urn:example:mfa", "phr"] });
const good = { auth_time: f.now, acr: "phr" };

interface Served {
  readonly api: Api;
  readonly events: AuditEvent[];
  /** Moves the clock of the API. */
  readonly later: (seconds: number) => void;
}

/** The clock of an API is the one that verifies the tokens, unless a test moves it. */
function serve(...routes: readonly Route[]): Served {
  const events: AuditEvent[] = [];
  let nowMs = f.now * 1000;
  const api = createApi({
    title: "Pay",
    version: "1",
    clock: () => nowMs,
    audit: (event) => void events.push(event),
    resource: { url: "https://api.test", authorizationServers: [f.issuer] },
    routes: [...routes],
  });
  return { api, events, later: (seconds) => void (nowMs += seconds * 1000) };
}

const ask = (api: Api, path: string, headers: Readonly<Record<string, string>>) =>
  api.fetch(new Request(`http://x${path}`, { headers }));
const bearer = (claims: Readonly<Record<string, unknown>>) => ({ authorization: `Bearer ${f.token({}, claims)}` });
const metadata = 'resource_metadata="https://api.test/.well-known/oauth-protected-resource"';

describe("a sign-in that is not good enough", () => {
  test("is 401 with a challenge that says which is (RFC 9470 §3)", async () => {
    const { api, events } = serve(get("/pay", { deps: { payer } }, ({ payer }) => payer.id));
    assert.equal((await ask(api, "/pay", bearer(good))).status, 200);
    const response = await ask(api, "/pay", bearer({ ...good, acr: "pwd" }));
    assert.equal(response.status, 401);
    const words = "A more recent sign-in, or another kind, is needed.";
    assert.equal(
      response.headers.get("www-authenticate"),
      `Bearer realm="Pay", error="insufficient_user_authentication", error_description="${words}", ` +
        `acr_values="urn:example:mfa phr", max_age="300", ${metadata}`,
    );
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.deepEqual(await response.json(), {
      type: "about:blank",
      title: "Unauthorized",
      status: 401,
      detail: words,
      code: "insufficient_user_authentication",
      acr_values: "urn:example:mfa phr",
      max_age: 300,
    });
    const [event] = events;
    assert.deepEqual(
      { ...event, requestId: "" },
      {
        type: "authentication.insufficient",
        at: f.now * 1000,
        requestId: "",
        route: "GET /pay",
        subjects: ["alice"],
        reason: "acr is not one of those that are needed",
        required: { maxAgeSeconds: 300, acr: ["urn:example:mfa", "phr"] },
        dependency: "payer",
      },
    );
    assert.equal(events.length, 1);
  });

  test("names only what is demanded", async () => {
    const recent = stepUp(user, { maxAgeSeconds: 60 });
    const strong = stepUp(user, { acr: ["phr"] });
    const { api } = serve(
      get("/recent", { deps: { recent } }, () => 1),
      get("/strong", { deps: { strong } }, () => 1),
    );
    const challenge = async (path: string) => (await ask(api, path, bearer({}))).headers.get("www-authenticate") ?? "";
    const error = 'Bearer realm="Pay", error="insufficient_user_authentication"';
    assert.equal(
      await challenge("/recent"),
      `${error}, error_description="A more recent sign-in is needed.", max_age="60", ${metadata}`,
    );
    assert.equal(
      await challenge("/strong"),
      `${error}, error_description="Another kind of sign-in is needed.", acr_values="phr", ${metadata}`,
    );
  });

  test("is told with the scopes of the route: the client asks for all at once", async () => {
    const paying = stepUp(scopes(user, "pay"), { acr: ["phr"] });
    const { api } = serve(post("/pay", { deps: { paying, reader: scopes(user, "read") } }, () => undefined));
    const response = await api.fetch(
      new Request("http://x/pay", { method: "POST", headers: bearer({ ...good, acr: "pwd", scope: "pay read" }) }),
    );
    assert.equal(response.status, 401);
    assert.match(response.headers.get("www-authenticate") ?? "", / scope="pay read", acr_values="phr", /);
    const paid = await api.fetch(new Request("http://x/pay", { method: "POST", headers: bearer({ ...good, scope: "pay read" }) }));
    assert.equal(paid.status, 204);
  });

  test("is told only to a valid token: an expired one learns nothing of the demand", async () => {
    const { api } = serve(get("/pay", { deps: { payer } }, () => 1));
    const response = await ask(api, "/pay", bearer({ exp: f.now - 100 }));
    assert.equal(response.status, 401);
    assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer realm="Pay", error="invalid_token"/);
    assert.doesNotMatch(response.headers.get("www-authenticate") ?? "", /acr_values|max_age/);
    assert.equal((await ask(api, "/pay", {})).headers.get("www-authenticate"), `Bearer realm="Pay", ${metadata}`);
  });

  test("may be one that was good before: the clock of the API decides, and no cache", async () => {
    const { api, later } = serve(get("/pay", { deps: { payer } }, () => 1));
    const headers = bearer(good);
    const statuses: number[] = [];
    for (const seconds of [0, 300, 5, 1]) {
      later(seconds);
      statuses.push((await ask(api, "/pay", headers)).status);
    }
    assert.deepEqual(statuses, [200, 200, 200, 401]);
  });
});

describe("stepUp() with other credentials", () => {
  test("works for a session that says when its user signed in", async () => {
    const recent = stepUp(session, { maxAgeSeconds: 300 });
    const { api } = serve(get("/pay", { deps: { recent } }, ({ recent }) => recent.id));
    assert.equal((await ask(api, "/pay", { cookie: `sid=${f.now - 10}` })).status, 200);
    const old = await ask(api, "/pay", { cookie: `sid=${f.now - 1000}` });
    assert.equal(old.status, 401);
    assert.equal(old.headers.get("www-authenticate"), 'Cookie realm="Pay", name="sid"');
    assert.equal(((await old.json()) as { code: string }).code, "insufficient_user_authentication");
  });

  test("tells a scheme of the application what its challenge may say", async () => {
    const strong = stepUp(holder, { maxAgeSeconds: 300, acr: ["phr"] });
    const { api } = serve(get("/pay", { deps: { strong } }, () => 1));
    const response = await ask(api, "/pay", { authorization: "Ticket abc" });
    assert.equal(
      response.headers.get("www-authenticate"),
      'Ticket realm="Pay", error="insufficient_user_authentication", acr_values="phr", max_age="300"',
    );
  });

  test("challenges with DPoP for a token that is bound to a key (RFC 9449 §7.1)", async () => {
    const proofs = dpop({ replays: memoryProofReplays(), baseUrls: [baseUrl], clock: () => f.nowMs });
    const bound = httpBearer({ senderConstraint: proofs });
    const holder = authenticate({ claims: f.verifier().claims(bound) }, ({ claims }) => identified({ id: claims.sub }, claims));
    const strong = stepUp(holder, { acr: ["phr"] });
    const served = { ...serve(get("/notes", { deps: { strong } }, ({ strong }) => strong.id)), errors: [] };
    const key = await proofKey();
    const tokenOf = (acr: string) => f.token({}, { cnf: { jkt: key.jkt }, acr });
    assert.equal((await prove(served, key, tokenOf("phr"))).status, 200);
    const refused = await prove(served, key, tokenOf("pwd"));
    assert.equal(refused.status, 401);
    assert.match(refused.challenges ?? "", /DPoP realm="Pay", error="insufficient_user_authentication", .*acr_values="phr"/);
  });

  test("challenges for the branch of anyOf() that was used", async () => {
    const either = stepUp(anyOf({ user, session }), { acr: ["phr"] });
    const { api } = serve(get("/pay", { deps: { either } }, ({ either }) => either.via));
    assert.equal(await (await ask(api, "/pay", bearer(good))).text(), '"user"');
    const byToken = await ask(api, "/pay", bearer({}));
    assert.match(byToken.headers.get("www-authenticate") ?? "", /^Bearer .* acr_values="phr"/);
    const byCookie = await ask(api, "/pay", { cookie: `sid=${f.now}` });
    assert.equal(byCookie.status, 401);
    assert.match(byCookie.headers.get("www-authenticate") ?? "", /^Cookie /);
  });

  test("lets another rule of firstOf() decide", async () => {
    const reader = scopes(user, "read");
    const { api } = serve(get("/pay", { deps: { it: firstOf({ payer, reader }) } }, () => 1));
    assert.equal((await ask(api, "/pay", bearer(good))).status, 200);
    assert.equal((await ask(api, "/pay", bearer({ scope: "read" }))).status, 200);
    assert.equal((await ask(api, "/pay", bearer({ scope: "pay" }))).status, 401);
  });

  test("an optional caller whose sign-in is not good enough is still 401", async () => {
    const { api } = serve(get("/pay", { public: "shows more to some", deps: { it: optional(payer) } }, ({ it }) => it?.id ?? "-"));
    assert.equal(await (await ask(api, "/pay", {})).text(), '"-"');
    assert.equal(await (await ask(api, "/pay", bearer(good))).text(), '"alice"');
    assert.equal((await ask(api, "/pay", bearer({}))).status, 401);
  });
});

describe("stepUp() outside of requests", () => {
  test("refuses in api.run() as in a request, by the clock of the API", async () => {
    const { api, later } = serve(get("/pay", { deps: { payer } }, () => 1));
    const signedIn = (grants: object) => ({ with: [[user, identified({ id: "alice" }, { sub: "alice", ...grants })]] }) as const;
    assert.deepEqual(await api.run(payer, signedIn(good)), { id: "alice" });
    const refused = (reason: string) => (error: unknown) => error instanceof Refused && error.message.includes(reason);
    await assert.rejects(api.run(payer, signedIn({ acr: "phr" })), refused("no auth_time"));
    await assert.rejects(api.run(payer, { with: [[user, { id: "alice" }]] }), refused("no acr"));
    later(306);
    await assert.rejects(api.run(payer, signedIn(good)), refused("the user signed in too long ago"));
  });

  test("a test may replace it", async () => {
    const { api } = serve(get("/pay", { deps: { payer } }, ({ payer }) => payer.id));
    assert.equal(await (await ask(api.with([[payer, { id: "fake" }]]), "/pay", {})).text(), '"fake"');
    assert.equal((await ask(api.with([[user, { id: "fake" }]]), "/pay", {})).status, 401);
  });
});

describe("the document", () => {
  const { api } = serve(
    get("/pay", { deps: { payer: stepUp(payer, { maxAgeSeconds: 60 }) } }, () => 1),
    get("/me", { deps: { user } }, () => 1),
  );
  const operation = (path: string) => api.openapi().paths[path]?.get;

  test("shows the demands, the 401 and its code", () => {
    assert.deepEqual(operation("/pay")?.["x-lockstep-step-up"], [
      { max_age: 60 },
      { max_age: 300, acr_values: ["urn:example:mfa", "phr"] },
    ]);
    const answer = operation("/pay")?.responses["401"];
    assert.match(answer?.description ?? "", /`insufficient_user_authentication`: The user must sign in again/);
    assert.deepEqual(answer?.headers?.["WWW-Authenticate"], { $ref: "#/components/headers/WWW-Authenticate" });
    const code = { type: "string", enum: ["insufficient_user_authentication", "unauthenticated", "invalid_token"] };
    assert.deepEqual(answer?.content?.["application/problem+json"]?.schema, {
      allOf: [{ $ref: "#/components/schemas/Problem" }, { type: "object", properties: { code }, required: ["code"] }],
    });
  });

  test("says nothing of it on other routes", () => {
    assert.equal(operation("/me")?.["x-lockstep-step-up"], undefined);
    assert.equal(operation("/me")?.responses["401"]?.description, "No valid credential came.");
    assert.doesNotMatch(JSON.stringify(operation("/me")), /insufficient_user_authentication/);
  });
});

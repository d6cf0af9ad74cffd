/** The answers to good, bad and missing credentials, each with the request that succeeds. */
import assert from "node:assert/strict";
import {
  behaviour,
  type Behaviour,
  expectJson,
  expectProblem,
  faceOf,
  type HostUnderTest,
  ofScopes,
  problems,
} from "../host-under-test.ts";
import type { Received } from "../http-client.ts";
import { badToken, badTokens, serviceKey, signedInToken, tokenOf } from "../world.ts";

const good = tokenOf("alice");
const authorization = (value: string) => ({ headers: [["authorization", value]] as const });

/** Facts about credentials. */
export const accessBehaviours: readonly Behaviour[] = [
  behaviour("a public route answers anyone, and its answer may be stored", async (host) => {
    const answer = await host.ask("GET", "/health");
    expectJson(answer, { ok: true });
    assert.equal(answer.headers["cache-control"], undefined);
  }),
  behaviour("a good token is accepted, and its answer must not be stored", async (host) => {
    const answer = await host.askAs(good, "GET", "/me");
    expectJson(answer, { id: "alice" });
    assert.deepEqual(answer.headers["cache-control"], ["no-store"]);
  }),
  behaviour("a request without a credential is 401 with a challenge without error (H-01)", async (host) => {
    expectProblem(await host.ask("GET", "/me"), 401, problems.absent);
  }),
  behaviour("the scheme's name may be in any case (H-02)", async (host) => {
    for (const scheme of ["Bearer", "bearer", "BEARER"])
      expectJson(await host.ask("GET", "/me", authorization(`${scheme} ${good}`)), { id: "alice" });
  }),
  behaviour("another scheme, and a scheme without a credential, count as no credential (H-03, H-04, H-05)", async (host) => {
    const values = [
      `Basic ${good}`,
      `Token ${good}`,
      `JWT ${good}`,
      `DPoP ${good}`,
      `xBearer ${good}`,
      `T${good}`,
      "Bearer",
      "Bearer ",
      good,
    ];
    for (const value of values) {
      const { calls } = await host.observe(async () =>
        expectProblem(await host.ask("GET", "/me", authorization(value)), 401, problems.absent),
      );
      assert.deepEqual(calls, [], value);
    }
  }),
  behaviour("a malformed credential is 401 invalid_token and is never verified (H-04, H-05, H-10)", async (host) => {
    const values = [`Bearer  ${good}`, `Bearer\t${good}`, `Bearer ${good},`, `Bearer ${good} ${good}`, `Bearer Bearer ${good}`];
    const illegal = ["Bearer \u00e9", `Bearer "${good}"`, `Bearer ${good};x`, `Bearer ${"a".repeat(8193)}`];
    for (const value of [...values, ...illegal]) {
      const { calls } = await host.observe(async () =>
        expectProblem(await host.ask("GET", "/me", authorization(value)), 401, problems.invalid),
      );
      assert.deepEqual(calls, [], value);
    }
  }),
  behaviour("every cause of an invalid token has the same answer, byte for byte", async (host) => {
    const faces = new Set<string>();
    for (const way of badTokens) {
      const answer = await host.askAs(badToken(way), "GET", "/me");
      expectProblem(answer, 401, problems.invalid);
      faces.add(faceOf(answer));
    }
    faces.add(faceOf(await host.ask("GET", "/me", authorization("Bearer \u00e9"))));
    faces.add(faceOf(await host.ask("GET", "/me", authorization(`Bearer ${good} U`))));
    assert.equal(faces.size, 1);
  }),
  behaviour("two Authorization headers are 400, in both orders and with equal values (H-06)", async (host) => {
    const bad = badToken("unknown");
    for (const [first, second] of [
      [good, bad],
      [bad, good],
      [good, good],
    ]) {
      const headers = [
        ["authorization", `Bearer ${first}`],
        ["Authorization", `Bearer ${second}`],
      ] as const;
      const { calls } = await host.observe(async () =>
        expectProblem(await host.ask("GET", "/me", { headers }), 400, problems.repeated),
      );
      assert.deepEqual(calls, []);
    }
  }),
  behaviour("two API keys or two cookies for one scheme are 400 (H-13)", async (host) => {
    const key = [
      ["x-api-key", serviceKey],
      ["X-API-Key", "other"],
    ] as const;
    const cookie = `__Host-session=${good}`;
    expectProblem(await host.ask("GET", "/service", { headers: key }), 400, problems.repeated);
    expectProblem(
      await host.ask("GET", "/session", { headers: [["cookie", `${cookie}; __Host-session=other`]] }),
      400,
      problems.repeated,
    );
    expectProblem(
      await host.ask("GET", "/session", {
        headers: [
          ["cookie", cookie],
          ["cookie", "__Host-session=other"],
        ],
      }),
      400,
      problems.repeated,
    );
    expectJson(await host.ask("GET", "/session", { headers: [["cookie", `theme=dark; ${cookie}`]] }), { id: "alice" });
    expectJson(await host.ask("GET", "/service", { headers: key.slice(0, 1) }), { id: "service" });
  }),
  behaviour("a token in the query or in a form counts as no credential (H-07, H-08)", async (host) => {
    for (const name of ["access_token", "token", "api_key"])
      expectProblem(await host.ask("GET", `/me?${name}=x`), 401, problems.absent);
    const headers = [["content-type", "application/x-www-form-urlencoded"]] as const;
    const absent = ofScopes(problems.absent, "notes:write");
    expectProblem(await host.ask("POST", "/form", { headers, body: "access_token=x&text=a" }), 401, absent);
  }),
  behaviour("a caller who may not gets 403, and a caller who may passes", async (host) => {
    expectProblem(await host.askAs(tokenOf("carol"), "GET", "/active"), 403, problems.forbidden);
    expectProblem(await host.askAs(good, "GET", "/admin"), 403, problems.forbidden);
    expectJson(await host.askAs(tokenOf("root"), "GET", "/admin"), { id: "root" });
  }),
  behaviour("a role in a header, the query or a cookie changes nothing (Z-08, P-13)", async (host) => {
    const names = ["x-role", "x-user-id", "x-internal", "x-middleware-subrequest", "x-prerender", "x-http-method-override"];
    const headers = [...names.map((name) => [name, "admin"] as const), ["cookie", "role=admin"] as const];
    expectProblem(await host.askAs(good, "GET", "/admin?role=admin", { headers }), 403, problems.forbidden);
    expectProblem(await host.ask("GET", "/admin", { headers }), 401, problems.absent);
  }),
  behaviour("a missing scope is 403, and the answer names all scopes that are needed (Z-12)", async (host) => {
    for (const scope of ["notes:read", "notes:writeall", "notes", "NOTES:WRITE", "x"])
      await expectScope(host, tokenOf("alice", scope));
    expectJson(await host.askAs(tokenOf("alice", "notes:write,notes:read"), "GET", "/writer"), { id: "alice" });
  }),
  behaviour(
    "a sign-in that is too long ago, or too weak, is 401, and the challenge says what is needed (RFC 9470)",
    async (host) => {
      const recent = { agoSeconds: 60, acr: "phr" } as const;
      expectJson(await host.askAs(signedInToken("alice", recent), "GET", "/payer"), { id: "alice" });
      const lacking = [
        tokenOf("alice"),
        signedInToken("alice", { ...recent, acr: "pwd" }),
        signedInToken("alice", { ...recent, agoSeconds: 86_400 }),
        signedInToken("alice", { ...recent, agoSeconds: -86_400 }),
      ];
      for (const token of lacking) {
        const happened = await host.observe(async () => expectStepUp(await host.askAs(token, "GET", "/payer")));
        assert.deepEqual(happened.handled, []);
        assert.deepEqual(
          happened.events.map(({ type }) => type),
          ["authentication.insufficient"],
        );
      }
      // A caller who may not do this learns that first. A token that is not valid learns nothing of the demand.
      expectProblem(await host.askAs(tokenOf("carol"), "GET", "/payer"), 403, problems.forbidden);
      expectProblem(await host.askAs(badToken("expired"), "GET", "/payer"), 401, problems.invalid);
    },
  ),
  behaviour(
    "without a credential, and with an invalid one, the challenge names the scopes of the route (RFC 6750 §3)",
    async (host) => {
      const scope = "notes:read notes:write";
      expectProblem(await host.ask("GET", "/writer"), 401, ofScopes(problems.absent, scope));
      expectProblem(await host.askAs(badToken("expired"), "GET", "/writer"), 401, ofScopes(problems.invalid, scope));
      expectProblem(await host.ask("GET", "/writer", authorization("Bearer a b")), 401, ofScopes(problems.invalid, scope));
      expectJson(await host.askAs(good, "GET", "/writer"), { id: "alice" });
    },
  ),
  behaviour("another user's object and a missing object have the same answer (Z-01, Z-02, Z-23 to Z-25)", async (host) => {
    const json = [["content-type", "application/json"]] as const;
    const change = { headers: json, body: '{"text":"mine"}' };
    for (const [method, options] of [
      ["GET", {}],
      ["PATCH", change],
      ["DELETE", {}],
      [
        "GET",
        {
          headers: [
            ["if-none-match", "*"],
            ["range", "bytes=0-0"],
          ],
        },
      ],
    ] as const) {
      const foreign = await host.askAs(good, method, "/notes/n2", options);
      expectProblem(foreign, 404, problems.hidden);
      assert.equal(faceOf(await host.askAs(good, method, "/notes/n9", options)), faceOf(foreign), method);
    }
    expectJson(await host.askAs(good, "GET", "/notes/n1"), { id: "n1", ownerId: "alice", text: "Alice's" });
    expectJson(await host.askAs(good, "PATCH", "/notes/n1", change), { id: "n1", ownerId: "alice", text: "mine" });
    const [foreign, missing] = [await host.askAs(good, "HEAD", "/notes/n2"), await host.askAs(good, "HEAD", "/notes/n9")];
    assert.equal(faceOf(foreign), faceOf(missing));
    assert.equal(foreign.status, 404);
  }),
  behaviour("an unavailable store is 503 with Retry-After, in authenticate() and in a handler", async (host) => {
    const atSignIn = await host.askAs(badToken("outage"), "GET", "/me");
    expectProblem(atSignIn, 503, problems.unavailable);
    assert.deepEqual(atSignIn.headers["retry-after"], ["7"]);
    const later = await host.askAs(good, "GET", "/away");
    expectProblem(later, 503, problems.unavailable);
    assert.deepEqual(later.headers["retry-after"], ["9"]);
  }),
];

function expectStepUp(answer: Received): void {
  const described = "A more recent sign-in, or another kind, is needed.";
  expectProblem(answer, 401, {
    code: "insufficient_user_authentication",
    detail: described,
    challenges: [
      `Bearer realm="Suite", error="insufficient_user_authentication", error_description="${described}", acr_values="phr phrh", max_age="3600"`,
    ],
    members: { acr_values: "phr phrh", max_age: 3600 },
  });
}

async function expectScope(host: HostUnderTest, token: string): Promise<void> {
  expectProblem(await host.askAs(token, "GET", "/writer"), 403, {
    code: "insufficient_scope",
    detail: "The credential does not grant what is needed.",
    challenges: ['Bearer realm="Suite", error="insufficient_scope", scope="notes:read notes:write"'],
    members: { scope: "notes:read notes:write" },
  });
}

/** Routes with `anyOf`, `optional` or several credentials. */
import assert from "node:assert/strict";
import { behaviour, type Behaviour, expectJson, expectProblem, problems } from "../host-under-test.ts";
import { badToken, serviceKey, tokenOf } from "../world.ts";

const bearer = (token: string) => ["authorization", `Bearer ${token}`] as const;
const cookie = (value: string) => ["cookie", `__Host-session=${value}`] as const;
const key = (value: string) => ["x-api-key", value] as const;
const alice = tokenOf("alice");
const bob = tokenOf("bob");
const anyChallenge = [
  'Bearer realm="Suite"',
  'ApiKey realm="Suite", in="header", name="X-API-Key"',
  'Cookie realm="Suite", name="__Host-session"',
];

/** Facts about alternatives. */
export const alternativeBehaviours: readonly Behaviour[] = [
  behaviour("each alternative is enough by itself", async (host) => {
    expectJson(await host.ask("GET", "/either", { headers: [bearer(alice)] }), { via: "user", id: "alice" });
    expectJson(await host.ask("GET", "/either", { headers: [key(serviceKey)] }), { via: "service", id: "service" });
    expectJson(await host.ask("GET", "/either", { headers: [cookie(bob)] }), { via: "session", id: "bob" });
  }),
  behaviour("a request without a credential gets one challenge for each alternative (H-18)", async (host) => {
    const answer = await host.ask("GET", "/either");
    const { challenges: _one, ...absent } = problems.absent;
    const sent = answer.headers["www-authenticate"] ?? [];
    expectProblem(answer, 401, { ...absent, challenges: sent });
    // A fetch host may join them into one list (RFC 9110 §11.6.1).
    assert.deepEqual(
      sent
        .join(", ")
        .split(/, (?=[A-Z])/)
        .toSorted(),
      anyChallenge.toSorted(),
    );
  }),
  behaviour("a header is used before a cookie, whatever the order of declaration", async (host) => {
    expectJson(await host.ask("GET", "/either", { headers: [cookie(bob), bearer(alice)] }), { via: "user", id: "alice" });
    expectJson(await host.ask("POST", "/either", { headers: [cookie(bob), key(serviceKey)] }), { via: "service", id: "service" });
  }),
  behaviour(
    "the first credential that is present decides: if it is invalid, the answer is 401 even if another is good",
    async (host) => {
      const answer = await host.ask("GET", "/either", { headers: [bearer(badToken("expired")), key(serviceKey), cookie(bob)] });
      expectProblem(answer, 401, problems.invalid);
      const malformed = await host.ask("GET", "/either", { headers: [["authorization", "Bearer a b"], key(serviceKey)] });
      expectProblem(malformed, 401, problems.invalid);
    },
  ),
  behaviour("two credentials for one scheme are 400, even if another scheme has one", async (host) => {
    const answer = await host.ask("GET", "/either", { headers: [bearer(alice), bearer(alice), key(serviceKey)] });
    expectProblem(answer, 400, problems.repeated);
  }),
  behaviour("only the schemes that a route declares are read (H-09)", async (host) => {
    expectProblem(await host.ask("GET", "/me", { headers: [cookie(alice), key(serviceKey)] }), 401, problems.absent);
    expectJson(await host.ask("GET", "/me", { headers: [bearer(alice), cookie("other"), key("other")] }), { id: "alice" });
  }),
  behaviour("if a route needs two credentials, one is not enough, and the challenge names the missing one", async (host) => {
    expectJson(await host.ask("GET", "/both", { headers: [bearer(alice), key(serviceKey)] }), { id: "alice" });
    const { calls } = await host.observe(async () =>
      assert.equal((await host.ask("GET", "/both", { headers: [bearer(alice)] })).status, 401),
    );
    assert.deepEqual(calls, []);
    assert.equal((await host.ask("GET", "/both", { headers: [key(serviceKey)] })).status, 401);
    assert.equal((await host.ask("GET", "/both", { headers: [bearer(alice), key("wrong")] })).status, 401);
  }),
  behaviour("an optional caller may be absent, but a bad credential is refused (H-17)", async (host) => {
    expectJson(await host.ask("GET", "/maybe"), { id: "nobody" });
    expectJson(await host.ask("GET", "/maybe", { headers: [bearer(alice)] }), { id: "alice" });
    for (const value of [`Bearer ${badToken("expired")}`, "Bearer a b", "Bearer \u00e9"]) {
      expectProblem(await host.ask("GET", "/maybe", { headers: [["authorization", value]] }), 401, problems.invalid);
    }
    expectProblem(await host.ask("GET", "/maybe", { headers: [bearer(alice), bearer(alice)] }), 400, problems.repeated);
  }),
];

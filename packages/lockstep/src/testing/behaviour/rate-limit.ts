/** Rate limits: the answer to a request that is within them, and the refusal. */
import assert from "node:assert/strict";
import { behaviour, type Behaviour, expectJson, expectProblem, type HostUnderTest, problems } from "../host-under-test.ts";
import type { Received } from "../http-client.ts";
import { badToken, tokenOf } from "../world.ts";

const refusal = { code: "too_many_requests", detail: "There were too many requests. Try again later." };
const limitsOf = ({ headers }: Received) => [headers["ratelimit-policy"], headers["ratelimit"]];
const askAs = (host: HostUnderTest, client: string, method = "GET", path = "/limited"): Promise<Received> =>
  host.ask(method, path, { headers: [["x-client", client]] });

/** Facts about rate limits. */
export const rateLimitBehaviours: readonly Behaviour[] = [
  behaviour("as many requests pass as the limit has points; then the answer is 429, and the handler does not run", async (host) => {
    const { handled, events, errors } = await host.observe(async () => {
      for (const remaining of [1, 0]) {
        const answer = await askAs(host, "first");
        expectJson(answer, { ok: true });
        assert.deepEqual(limitsOf(answer), [['"client";q=2;w=3600'], [`"client";r=${remaining};t=3600`]]);
      }
      const refused = await askAs(host, "first");
      expectProblem(refused, 429, refusal);
      assert.deepEqual(limitsOf(refused), [['"client";q=2;w=3600'], ['"client";r=0;t=3600']]);
      assert.deepEqual(refused.headers["retry-after"], ["3600"]);
    });
    assert.deepEqual([handled, events, errors], [["GET /limited", "GET /limited"], [], []]);
  }),
  behaviour("HEAD and streams are counted with the rest, and OPTIONS is not", async (host) => {
    await askAs(host, "second", "OPTIONS");
    assert.deepEqual((await askAs(host, "second", "HEAD")).headers["ratelimit"], ['"client";r=1;t=3600']);
    const streamed = await askAs(host, "second", "GET", "/limited/stream");
    assert.deepEqual([streamed.text, streamed.headers["ratelimit"]], ["a", ['"client";r=0;t=3600']]);
    assert.equal((await askAs(host, "second", "HEAD")).status, 429);
  }),
  behaviour("a limit by caller counts only callers who are authenticated, each for itself", async (host) => {
    const statusOf = async (token: string) => (await host.askAs(token, "GET", "/limited/mine")).status;
    for (let count = 0; count < 3; count += 1) {
      expectProblem(await host.askAs(badToken("unknown"), "GET", "/limited/mine"), 401, problems.invalid);
    }
    assert.deepEqual(
      [await statusOf(tokenOf("alice")), await statusOf(tokenOf("alice")), await statusOf(tokenOf("alice"))],
      [200, 200, 429],
    );
    assert.equal(await statusOf(tokenOf("bob")), 200);
  }),
];

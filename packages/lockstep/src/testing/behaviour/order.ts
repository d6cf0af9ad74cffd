/** The order of the phases, proved by a store that records its calls: a refused caller learns nothing and causes no work. */
import assert from "node:assert/strict";
import { behaviour, type Behaviour, expectJson, expectProblem, ofScopes, problems } from "../host-under-test.ts";
import { badToken, tokenOf } from "../world.ts";

const good = tokenOf("alice");
const json = ["content-type", "application/json"] as const;
const huge = 104_857_600;

/** Facts about the order of the phases. */
export const orderBehaviours: readonly Behaviour[] = [
  behaviour("an anonymous request opens no resource and does not call the store", async (host) => {
    const targets = [
      ["GET", "/me"],
      ["GET", "/notes/n1"],
      ["DELETE", "/notes/n1"],
      ["GET", "/admin"],
      ["GET", "/session"],
      ["POST", "/login"],
      ["GET", "/either"],
      ["GET", "/stream"],
    ];
    const { calls, handled } = await host.observe(async () => {
      for (const [method = "", target = ""] of targets) assert.equal((await host.ask(method, target)).status, 401, target);
    });
    assert.deepEqual([calls, handled], [[], []]);
    const allowed = await host.observe(() => host.askAs(good, "GET", "/notes/n1"));
    assert.deepEqual(allowed.calls, ["open", "verify", "find note n1", "commit"]);
    assert.deepEqual(allowed.handled, ["GET /notes/:id"]);
  }),
  behaviour("a malformed credential opens no resource, and after an invalid one nothing more runs", async (host) => {
    const malformed = await host.observe(() => host.ask("GET", "/notes/n1", { headers: [["authorization", "Bearer a b"]] }));
    assert.deepEqual(malformed.calls, []);
    const invalid = await host.observe(() => host.askAs(badToken("expired"), "GET", "/notes/n1"));
    assert.deepEqual(invalid.calls, ["open", "verify", "rollback InvalidCredential"]);
    assert.deepEqual(invalid.handled, []);
  }),
  behaviour("401 comes before 422: an anonymous caller learns nothing about the inputs", async (host) => {
    const asked = { headers: [json], body: '{"wrong":true}' };
    const absent = ofScopes(problems.absent, "notes:write");
    expectProblem(await host.ask("PATCH", "/notes/far-too-long-an-id", asked), 401, absent);
    expectProblem(await host.ask("GET", "/search?limit=x&limit=y&q=%zz"), 401, problems.absent);
    expectProblem(await host.ask("POST", "/notes", { headers: [["content-type", "text/nonsense"]], body: "{" }), 401, absent);
    assert.equal((await host.askAs(good, "PATCH", "/notes/far-too-long-an-id", asked)).status, 422);
  }),
  behaviour("403 comes before 422 and before 404", async (host) => {
    const carol = tokenOf("carol");
    expectProblem(
      await host.askAs(carol, "PATCH", "/notes/far-too-long-an-id", { headers: [json], body: "{" }),
      403,
      problems.forbidden,
    );
    const { calls } = await host.observe(async () =>
      expectProblem(await host.askAs(carol, "GET", "/notes/n1"), 403, problems.forbidden),
    );
    assert.deepEqual(calls, ["open", "verify", "rollback Problem"]);
  }),
  behaviour("a caller who is refused with 401, 403, 404 or 422 gets the answer before the body is read (D-06)", async (host) => {
    const announced = { headers: [json], announced: huge };
    const scope = "notes:write";
    expectProblem(await host.ask("PATCH", "/notes/n1", announced), 401, ofScopes(problems.absent, scope));
    const revoked = await host.askAs(badToken("revoked"), "PATCH", "/notes/n1", announced);
    expectProblem(revoked, 401, ofScopes(problems.invalid, scope));
    expectProblem(await host.askAs(tokenOf("carol"), "PATCH", "/notes/n1", announced), 403, problems.forbidden);
    expectProblem(await host.askAs(good, "PATCH", "/notes/n2", announced), 404, problems.hidden);
    assert.equal((await host.askAs(good, "PATCH", "/notes/far-too-long-an-id", announced)).status, 422);
  }),
  behaviour("the size and the type of a body are checked before it is read", async (host) => {
    expectProblem(await host.askAs(good, "POST", "/notes", { headers: [json], announced: huge }), 413, {
      code: "too_large",
      detail: "The body is too large.",
    });
    const wrongType = await host.askAs(good, "POST", "/notes", { headers: [["content-type", "text/plain"]], announced: 10 });
    assert.equal(wrongType.status, 415);
    expectJson(await host.askAs(good, "POST", "/notes", { headers: [json], body: '{"text":"a"}' }), { text: "a" }, 201);
  }),
  behaviour("every value is created once, and resources close before the answer is sent", async (host) => {
    const { calls } = await host.observe(() => host.askAs(good, "PATCH", "/notes/n1", { headers: [json], body: '{"text":"a"}' }));
    assert.deepEqual(calls, ["open", "verify", "find note n1", "commit"]);
  }),
  behaviour("a refusal or an error is thrown into the open resources, so nothing commits", async (host) => {
    const hidden = await host.observe(() => host.askAs(good, "GET", "/notes/n2"));
    assert.deepEqual(hidden.calls, ["open", "verify", "find note n2", "rollback Problem"]);
    const invalid = await host.observe(() => host.askAs(good, "PATCH", "/notes/n1", { headers: [json], body: '{"text":1}' }));
    assert.deepEqual(invalid.calls, ["open", "verify", "find note n1", "rollback Problem"]);
    const crashed = await host.observe(() => host.askAs(good, "GET", "/crash"));
    assert.deepEqual(crashed.calls, ["open", "verify", "rollback TypeError"]);
  }),
  behaviour("each of 2,000 requests, 100 at a time, sees its own caller (Z-28)", async (host) => {
    const people = ["alice", "bob", "root"];
    // As many connections at once as a slow machine accepts before the server gives up on their headers.
    const lanes = await Promise.all(
      Array.from({ length: 100 }, async (_, lane) => {
        let right = 0;
        for (let index = 0; index < 20; index += 1) {
          const id = people[(lane + index) % people.length] ?? "";
          const { text } = await host.askAs(tokenOf(id), "GET", "/slow");
          if (text === JSON.stringify({ ids: [id, id] })) right += 1;
        }
        return right;
      }),
    );
    assert.deepEqual(lanes, Array<number>(100).fill(20));
  }),
];

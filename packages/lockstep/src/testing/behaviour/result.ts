/** The results of handlers: bodies, replies, schemas, secrets and errors (I-06). */
import assert from "node:assert/strict";
import { behaviour, type Behaviour, expectJson, expectProblem, type HostUnderTest, problems } from "../host-under-test.ts";
import { suiteApi } from "../suite-api.ts";
import { badToken, canary, tokenOf, World } from "../world.ts";

const good = tokenOf("alice");

/** Facts about results. */
export const resultBehaviours: readonly Behaviour[] = [
  behaviour("a value is sent as JSON, and so is a text", async (host) => {
    expectJson(await host.ask("GET", "/text"), "plain");
    expectJson(await host.ask("GET", "/health"), { ok: true });
  }),
  behaviour("undefined is 204 without a body", async (host) => {
    for (const [method, path] of [
      ["GET", "/nothing"],
      ["DELETE", "/notes/n1"],
    ] as const) {
      const answer = await host.askAs(good, method, path);
      assert.deepEqual([answer.status, answer.text, answer.headers["content-type"]], [204, "", undefined]);
      assert.deepEqual(answer.headers["cache-control"], ["no-store"]);
    }
  }),
  behaviour("bytes are sent as they are", async (host) => {
    const answer = await host.ask("GET", "/bytes");
    assert.deepEqual(
      [answer.status, [...answer.bytes], answer.headers["content-type"]],
      [200, [1, 254, 255], ["application/octet-stream"]],
    );
  }),
  behaviour("a reply has its status, headers and cookies", async (host) => {
    const answer = await host.askAs(good, "GET", "/reply");
    expectJson(answer, { done: true }, 202);
    assert.deepEqual(answer.headers["x-extra"], ["a"]);
    assert.deepEqual((answer.headers["link"] ?? []).join(", "), "<a>, <b>");
    assert.deepEqual(answer.headers["set-cookie"], [
      "__Host-session=v; Path=/; SameSite=Lax; Secure; HttpOnly",
      "theme=dark; Path=/; Max-Age=60; SameSite=Lax; Secure; HttpOnly",
    ]);
    assert.deepEqual(answer.headers["cache-control"], ["no-store"]);
    const created = await host.askAs(good, "POST", "/notes", {
      headers: [["content-type", "application/json"]],
      body: '{"text":"a"}',
    });
    assert.deepEqual([created.status, created.headers["location"]], [201, ["/notes/n3"]]);
  }),
  behaviour("a status that has no body sends none, whatever the handler returned", async (host) => {
    const answer = await host.askAs(good, "GET", "/reply/empty");
    assert.deepEqual([answer.status, answer.text], [204, ""]);
  }),
  behaviour("a response schema drops members that it does not declare, and a value that does not match it is 500", async (host) => {
    expectJson(await host.askAs(good, "GET", "/pruned"), { id: "alice" });
    await expectInternal(host, "/mismatch", "BuildError");
  }),
  behaviour("a secret in a response is 500, and the answer does not show it", (host) =>
    expectInternal(host, "/secret", "BuildError"),
  ),
  behaviour("a header with a line break is 500, and the header is not sent (response splitting)", async (host) => {
    const answer = await host.askAs(good, "GET", "/reply/framed");
    expectProblem(answer, 500, problems.internal);
    assert.equal(answer.headers["x-bad"], undefined);
  }),
  behaviour("a success has a status and a media type that the document shows", async (host) => {
    const { paths } = suiteApi(new World()).openapi();
    const routes = ["/text", "/nothing", "/bytes", "/reply/empty", "/pruned", "/stream", "/stream/bytes"];
    for (const path of routes) {
      const { status, headers } = await host.askAs(good, "GET", path);
      const shown = paths[path]?.get?.responses[status];
      assert.ok(status < 300 && shown !== undefined, `${path}: ${status}`);
      assert.deepEqual(headers["content-type"] ?? [], Object.keys(shown.content ?? {}), path);
    }
  }),
  behaviour("a problem that the application throws is sent as it is", async (host) => {
    const conflict = await host.observe(async () => {
      expectProblem(await host.askAs(good, "GET", "/conflict"), 409, {
        code: "last_admin",
        detail: "The last administrator stays.",
        members: { admins: 1 },
      });
    });
    assert.deepEqual([conflict.events, conflict.errors], [[], []]);
    const throttled = await host.ask("GET", "/throttled");
    expectProblem(throttled, 429, { code: "too_many_requests", detail: "Later." });
    assert.deepEqual(throttled.headers["retry-after"], ["3"]);
  }),
  behaviour("a problem whose code its route does not declare is sent, and onError gets the mistake", async (host) => {
    const { errors, calls } = await host.observe(async () =>
      expectProblem(await host.askAs(good, "GET", "/conflict/undeclared"), 409, {
        code: "last_owner",
        detail: "The last owner stays.",
      }),
    );
    assert.deepEqual([errors.length, calls.at(-1)], [1, "rollback Problem"]);
    assert.match(String(errors[0]), /declare \{ problems: \{ 409: \{ last_owner: "…" \} \} \}/);
  }),
  behaviour("an error that the API translates is its problem: it rolls back, and nobody is woken", async (host) => {
    const { calls, events, errors } = await host.observe(async () =>
      expectProblem(await host.askAs(good, "GET", "/taken"), 409, { code: "note_taken", detail: "There is a note of this name." }),
    );
    assert.deepEqual([calls.at(-1), events, errors], ["rollback NoteTaken", [], []]);
  }),
  behaviour("an unexpected error is 500 without details, and onError gets it (I-06)", async (host) => {
    await expectInternal(host, "/crash", "TypeError");
    const atSignIn = await host.observe(async () =>
      expectProblem(await host.askAs(badToken("crash"), "GET", "/me"), 500, problems.internal),
    );
    assert.equal(atSignIn.errors.length, 1);
    assert.ok(String(atSignIn.errors[0]).includes(canary), "onError gets the error itself");
  }),
  behaviour("a failed commit is 500 and never the handler's 200", (host) => expectInternal(host, "/commit-fails", "TypeError")),
];

async function expectInternal(host: HostUnderTest, path: string, error: string): Promise<void> {
  const { errors, events } = await host.observe(async () =>
    expectProblem(await host.askAs(good, "GET", path), 500, problems.internal),
  );
  assert.deepEqual(
    errors.map((one) => (one instanceof Error ? one.name : typeof one)),
    [error],
  );
  assert.deepEqual(
    events.map(({ type }) => type),
    ["error.unexpected"],
  );
}

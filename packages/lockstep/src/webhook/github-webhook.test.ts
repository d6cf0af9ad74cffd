import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { test } from "node:test";
import { sign } from "@octokit/webhooks-methods";
import { z } from "zod";
import { header, post } from "../index.ts";
import { githubWebhook } from "./github-webhook.ts";
import { memoryReplays } from "./memory-replays.ts";
import { mac, receiverOf, receiving } from "./webhook.fixture.ts";

const secret = randomBytes(20).toString("hex");
const Push = z.object({ ref: z.string(), commits: z.array(z.object({ id: z.string() })) });
const push = JSON.stringify({ ref: "refs/heads/main", commits: [{ id: "c1", author: "ü" }], zen: "Keep it." }, undefined, 2);
const receiver = receiverOf(githubWebhook({ secrets: [secret], payload: Push }));
const good = await sign(secret, push);
const outcome = async (headers: Readonly<Record<string, string>>, body = push) => (await receiver.send(body, headers)).outcome;
const signature = (value: string) => ({ "x-hub-signature-256": value });

test("accepts what GitHub's library signs, and hands on the event, tolerant of members that the schema does not name", async () => {
  const { status, body } = await receiver.send(push, signature(good));
  assert.equal(status, 200);
  assert.deepEqual(body, {
    sender: "github",
    eventId: createHash("sha256").update(push).digest("hex"),
    payload: { ref: "refs/heads/main", commits: [{ id: "c1" }] },
    body: push,
  });
});

test("the published example of GitHub has the published signature, whose secret is refused because everyone knows it", async () => {
  const published = "It's a Secret to Everybody";
  assert.equal(await sign(published, "Hello, World!"), "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
  assert.throws(() => githubWebhook({ secrets: [published], payload: Push }), { code: "weak_key" });
});

test("a body that was changed or only written again is refused", async () => {
  for (const body of [push.replace("main", "evil"), JSON.stringify(JSON.parse(push)), `${push} `, ""])
    assert.equal(await outcome(signature(good), body), "401 invalid_token");
});

test("the header with SHA-1 is never read, beside the right one or alone", async () => {
  const sha1 = `sha1=${createHmac("sha1", secret).update(push).digest("hex")}`;
  assert.equal(await outcome({ "x-hub-signature": sha1 }), "401 unauthenticated");
  assert.equal(await outcome(signature(sha1)), "401 invalid_token");
  assert.equal(await outcome({ ...signature(good), "x-hub-signature": "sha1=00" }), "200");
});

test("the header has one form", async () => {
  const value = good.slice("sha256=".length);
  for (const other of [
    value,
    `sha512=${value}`,
    `SHA256=${value}`,
    `sha256= ${value}`,
    `sha256=${value.slice(1)}`,
    "sha256=",
    `${good}, ${good}`,
    `${good},${good}`,
    `sha256=${Buffer.from(value, "hex").toString("base64")}`,
  ])
    assert.equal(await outcome(signature(other)), "401 invalid_token", other);
  assert.equal(await outcome({}), "401 unauthenticated");
});

test("each of several secrets verifies", async () => {
  const [old, next] = [randomBytes(20).toString("hex"), randomBytes(20).toString("hex")];
  const both = receiverOf(githubWebhook({ secrets: [next, old], payload: Push }));
  for (const given of [old, next]) assert.equal((await both.send(push, signature(await sign(given, push)))).outcome, "200");
  assert.equal((await both.send(push, signature(good))).outcome, "401 invalid_token");
});

test("a secret that is short or made of words does not build", () => {
  for (const weak of ["short", "a".repeat(40), "my-webhook-secret-for-github", "1234567812345678"])
    assert.throws(() => githubWebhook({ secrets: [weak], payload: Push }), { code: "weak_key", message: /^githubWebhook\(\): / });
  githubWebhook({ secrets: [randomBytes(8).toString("hex")], payload: Push });
});

test("there is no time to tolerate, and no option for it", () => {
  const options = { secrets: [secret] as const, payload: Push, toleranceSeconds: 300 };
  assert.throws(() => githubWebhook(options), { code: "wrong_option", message: /"toleranceSeconds"/ });
});

test("the name of the event is a header like any other: GitHub does not sign it, and the document shows it", async () => {
  const event = githubWebhook({ secrets: [secret], payload: Push, replays: memoryReplays() });
  const name = header("X-GitHub-Event", z.enum(["push", "ping"]));
  const named = receiving([post("/hooks", { status: 200, deps: { event, name } }, ({ name: told }) => told)]);
  const headers = { ...signature(good), "x-github-event": "push" };
  assert.deepEqual((await named.send(push, headers)).body, "push");
  // A recorded request with another name is the same event: it is not handled again.
  assert.deepEqual((await named.send(push, { ...headers, "x-github-event": "ping" })).body, undefined);
  const parameters = named.api.openapi().paths["/hooks"]?.post?.parameters;
  assert.deepEqual(
    parameters?.map((each) => ("name" in each ? each.name : "")),
    ["X-GitHub-Event"],
  );
});

test("a form, GitHub's other content type, is 415 before it is verified", async () => {
  const form = `payload=${encodeURIComponent(push)}`;
  const headers = { ...signature(`sha256=${mac(secret, form)}`), "content-type": "application/x-www-form-urlencoded" };
  assert.equal(await outcome(headers, form), "415 unsupported_media_type");
});

test("OpenAPI", () => {
  const { paths, components } = receiver.api.openapi();
  assert.deepEqual(paths["/hooks"]?.post?.security, [{ "github.X-Hub-Signature-256": [] }]);
  assert.deepEqual(components?.securitySchemes?.["github.X-Hub-Signature-256"], {
    type: "apiKey",
    in: "header",
    name: "X-Hub-Signature-256",
    description: "HMAC-SHA256 of the body, as `sha256=hexadecimal`.",
  });
});

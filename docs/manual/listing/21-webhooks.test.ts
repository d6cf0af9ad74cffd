import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { test } from "node:test";
import { sign as signForGithub } from "@octokit/webhooks-methods";
import { fastifyServer } from "lockstep/fastify";
import { Webhook } from "standardwebhooks";
import { Stripe } from "stripe";
import { createApi, post } from "lockstep";
import { standardWebhooks } from "lockstep/webhook";
import { z } from "zod";
import { deliver, send } from "./21-webhooks-sending.ts";
import { api, githubSecret, log, nextSecret, secretsOf, slackSecret, stripeSecret, svixSecret } from "./21-webhooks.ts";
import { ask, outcome } from "./ask.fixture.ts";

const json = { "content-type": "application/json" };
const seconds = () => Math.floor(Date.now() / 1000);
const last = () => log.at(-1);

function stripeQuestion(id: string, at = seconds()) {
  const object = { id: "in_1", amount_paid: 2000, currency: "eur" };
  const raw = JSON.stringify({ id, object: "event", type: "invoice.paid", data: { object } });
  const header = new Stripe("sk_test_1").webhooks.generateTestHeaderString({ payload: raw, secret: stripeSecret, timestamp: at });
  return { raw, headers: { ...json, "stripe-signature": header } };
}

async function githubQuestion(after: string, secret = githubSecret) {
  const raw = JSON.stringify({ ref: "refs/heads/main", after, forced: false });
  return { raw, headers: { ...json, "x-github-event": "push", "x-hub-signature-256": await signForGithub(secret, raw) } };
}

test("events of Stripe are handled once, and not much later than they were signed", async () => {
  // #region answers
  const question = stripeQuestion("evt_1");
  assert.equal(await outcome(api, "POST /hooks/stripe", question), "204");
  assert.equal(await outcome(api, "POST /hooks/stripe", question), "200"); // handled before

  const changed = { ...question, raw: question.raw.replace("2000", "9000") };
  assert.equal(await outcome(api, "POST /hooks/stripe", changed), "401 invalid_token");

  const old = stripeQuestion("evt_2", seconds() - 600);
  assert.equal(await outcome(api, "POST /hooks/stripe", old), "401 invalid_token");

  const unsigned = { raw: question.raw, headers: json };
  assert.equal(await outcome(api, "POST /hooks/stripe", unsigned), "401 unauthenticated");
  // #endregion
  assert.deepEqual(log, ["evt_1: in_1 paid 2000"]);
});

test("events of GitHub", async () => {
  assert.equal(await outcome(api, "POST /hooks/github", await githubQuestion("c1")), "204");
  assert.equal(last(), "refs/heads/main is at c1");
  assert.equal(await outcome(api, "POST /hooks/github", await githubQuestion("c2", nextSecret)), "401 invalid_token");
});

test("events of Svix", async () => {
  const raw = JSON.stringify({ type: "user.created", data: { id: "u1", email: "" } });
  const at = new Date();
  const signature = new Webhook(svixSecret).sign("msg_1", at, raw);
  const headers = { "svix-id": "msg_1", "svix-timestamp": String(seconds()), "svix-signature": signature };
  assert.equal(await outcome(api, "POST /hooks/clerk", { raw, headers: { ...json, ...headers } }), "204");
  assert.equal(last(), "u1 was created");
  const other = { ...json, ...headers, "svix-id": "msg_2" };
  assert.equal(await outcome(api, "POST /hooks/clerk", { raw, headers: other }), "401 invalid_token");
});

test("events of a sender of one's own, here Slack", async () => {
  const raw = JSON.stringify({ event_id: "Ev1", event: { type: "app_mention" } });
  const at = String(seconds());
  const signature = `v0=${createHmac("sha256", slackSecret).update(`v0:${at}:${raw}`).digest("hex")}`;
  const headers = { ...json, "x-slack-request-timestamp": at, "x-slack-signature": signature };
  assert.equal(await outcome(api, "POST /hooks/slack", { raw, headers }), "204");
  assert.equal(last(), "Ev1: app_mention");
  const later = { ...headers, "x-slack-request-timestamp": String(seconds() + 1) };
  assert.equal(await outcome(api, "POST /hooks/slack", { raw, headers: later }), "401 invalid_token");
});

test("two secrets are valid while one replaces the other", async () => {
  for (const secret of [githubSecret, nextSecret])
    assert.equal(await outcome(api, "POST /hooks/rotated", await githubQuestion("c3", secret)), "204");
  assert.equal(await outcome(api, "POST /hooks/rotated", await githubQuestion("c3", slackSecret)), "401 invalid_token");
});

test("each tenant has secrets of its own", async () => {
  secretsOf.set("other", [nextSecret]);
  assert.equal(await outcome(api, "POST /hooks/acme/github", await githubQuestion("c4")), "204");
  assert.equal(last(), "acme: refs/heads/main");
  for (const tenant of ["other", "nobody"])
    assert.equal(await outcome(api, `POST /hooks/${tenant}/github`, await githubQuestion("c4")), "401 invalid_token");
});

test("the document shows the headers and the event", async () => {
  // #region openapi
  const { paths, components } = api.openapi();

  assert.deepEqual(paths["/hooks/stripe"]?.post?.security, [{ "stripe.Stripe-Signature": [] }]);
  assert.deepEqual(components?.securitySchemes?.["stripe.Stripe-Signature"], {
    type: "apiKey",
    in: "header",
    name: "Stripe-Signature",
    description: "HMAC-SHA256 of `t.body`, as `t=seconds,v1=hexadecimal`.",
  });
  // #endregion
  assert.equal((await ask(api, "GET /openapi.json")).status, 404);
});

test("a webhook that is sent is verified by its receiver; one that fails may be sent again with its id", async (t) => {
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const received: string[] = [];
  const event = standardWebhooks({ secrets: [secret], payload: z.object({ type: z.string() }) });
  const receiving = createApi({
    title: "Receiver",
    version: "1.0.0",
    routes: [
      post(
        "/",
        { deps: { event }, status: 204 },
        ({ event: { eventId, payload } }) => void received.push(`${eventId} ${payload.type}`),
      ),
    ],
  });
  const server = fastifyServer(receiving);
  t.after(() => server.close());
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  const old = `whsec_${randomBytes(32).toString("base64")}`;
  assert.equal(await send({ url, secrets: [old, secret] }, "msg_1", "note.created", { noteId: "n1" }), true);
  assert.equal(await send({ url, secrets: [old] }, "msg_2", "note.created", {}), false);
  assert.deepEqual(received, ["msg_1 note.created"]);
  const receiver = { url, secrets: [old, secret] as const, allowPrivateHosts: [new URL(url).host] };
  assert.equal(await deliver(receiver, "msg_3", "n2"), true);
  assert.deepEqual(received.slice(1), ["msg_3 note.created"]);
  // Without the exception, a receiver in the sender's own network is not asked.
  await assert.rejects(deliver({ url, secrets: [secret] }, "msg_4", "n2"), { code: "unavailable" });
});

test("a receiver that redirects receives nothing elsewhere: an attacker could name an address inside the network", async (t) => {
  let elsewhere = 0;
  const server = createServer((request, response) => {
    if (request.url === "/inside") elsewhere += 1;
    response.writeHead(307, { location: "/inside" }).end();
  });
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const receiver = { url: `http://127.0.0.1:${port}/`, secrets: [`whsec_${randomBytes(32).toString("base64")}`] as const };
  await assert.rejects(send(receiver, "msg_1", "note.created", {}), TypeError);
  assert.equal(elsewhere, 0);
});

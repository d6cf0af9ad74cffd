/** Webhooks: those that an organisation receives about its events, and those that Stripe sends. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { after, suite, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { deliver } from "../src/event/webhook.ts";
import { databaseKinds } from "./database.fixture.ts";
import { ask, type Json, problemOf, startTeams, stripeSecret, textOf } from "./teams.fixture.ts";

/** A receiver, which answers 500 to the first event of one type, and 200 to all others. */
async function receiver(failing?: string) {
  const received = new EventEmitter<Record<string, [headers: IncomingHttpHeaders, body: string]>>();
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { type } = JSON.parse(body) as { readonly type: string };
      counts.set(type, (counts.get(type) ?? 0) + 1);
      response.writeHead(type === failing && counts.get(type) === 1 ? 500 : 200).end();
      received.emit(type, request.headers, body);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, received, counts };
}

for (const kind of databaseKinds) {
  const started = startTeams({ after }, kind);

  suite(`webhooks to an organisation, on ${kind}`, () => {
    test("an event arrives after the answer, signed, and a failure is tried again", async () => {
      const { as, acme, services } = await started;
      const { url, received, counts } = await receiver("organisation.changed");
      const path = `/organisations/${acme.organisation}/webhooks`;
      const made = await ask(as("admin"), `POST ${path}`, { json: { url } });
      const arrived = once(received, "organisation.changed");
      const renamed = await ask(as("admin"), `PATCH /organisations/${acme.organisation}`, { json: { name: "Acme Ltd" } });
      assert.equal(renamed.status, 200);
      const [headers, body] = (await arrived) as [IncomingHttpHeaders, string];
      const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      assert.partialDeepStrictEqual(new Webhook(textOf(made.body, "secret")).verify(body, signed), {
        type: "organisation.changed",
        data: { subject: acme.organisation },
      });

      /** The delivery, once its last attempt has an outcome. */
      const delivery = async (attempts: number): Promise<Json> => {
        await setTimeout(20);
        const { body } = await ask(as("support"), `GET ${path}/${textOf(made.body, "id")}/deliveries`);
        const found = Object.values(body).find((each) => textOf(each, "type") === "organisation.changed");
        const isSettled = Number(found?.["attempts"]) === attempts && textOf(found, "outcome").startsWith("answered");
        return found !== undefined && isSettled ? found : delivery(attempts);
      };
      assert.partialDeepStrictEqual(await delivery(1), { outcome: "answered 500" });
      await deliver(services);
      assert.equal(counts.get("organisation.changed"), 1, "it is not due yet");
      const again = once(received, "organisation.changed");
      await deliver(services, () => Date.now() + 61_000);
      assert.partialDeepStrictEqual(await delivery(2), { outcome: "answered 200", nextAt: null });
      const [headersOfSecond] = (await again) as [IncomingHttpHeaders];
      assert.equal(headersOfSecond["webhook-id"], headers["webhook-id"], "both attempts have one id");
      await deliver(services, () => Date.now() + 3_600_000);
      assert.equal(counts.get("organisation.changed"), 2, "a success is not sent again");
    });

    test("a change that was refused is not sent, and none of another organisation", async () => {
      const { as, acme, other } = await started;
      const { url, received, counts } = await receiver();
      const arrived = once(received, "project.created");
      await ask(as("admin"), `POST /organisations/${acme.organisation}/webhooks`, { json: { url } });
      const members = await ask(as("owner"), `GET /organisations/${acme.organisation}/members`);
      const owner = Object.values(members.body).find((each) => textOf(each, "role") === "owner");
      const refused = await ask(as("owner"), `DELETE /organisations/${acme.organisation}/members/${textOf(owner, "id")}`);
      assert.deepEqual(problemOf(refused), [409, "last_owner"]);
      await ask(as("eve"), `POST /organisations/${other.organisation}/projects`, { json: { name: "Theirs" } });
      await ask(as("member"), `POST /organisations/${acme.organisation}/projects`, { json: { name: "Ours" } });
      await arrived;
      assert.deepEqual(Object.fromEntries(counts), { "webhook.created": 1, "project.created": 1 });
    });
  });

  suite(`payments, on ${kind}`, () => {
    const sign = (body: string) => {
      const time = Math.floor(Date.now() / 1000);
      return `t=${time},v1=${createHmac("sha256", stripeSecret).update(`${time}.${body}`).digest("hex")}`;
    };
    const event = (id: string, organisation: string) => ({
      id,
      type: "checkout.session.completed",
      data: { object: { client_reference_id: organisation, amount_total: 4200 } },
    });
    const send = async (payload: object, signature?: string) => {
      const body = JSON.stringify(payload);
      const headers = { "content-type": "application/json", "stripe-signature": signature ?? sign(body) };
      return (await ask((await started).as("anonymous"), "POST /hooks/stripe", { body, headers })).status;
    };

    test("a signed event changes the plan of its organisation, and an unsigned one nothing", async () => {
      const { as, acme, other } = await started;
      const plan = async () => (await ask(as("viewer"), `GET /organisations/${acme.organisation}`)).body["plan"];
      assert.equal(await send(event("evt_1", acme.organisation), sign("another body")), 401);
      assert.equal(await send({ ...event("evt_2", acme.organisation), type: "invoice.created" }), 204);
      assert.equal(await plan(), "free");
      assert.equal(await send(event("evt_3", acme.organisation)), 204);
      assert.equal(await plan(), "paid");
      assert.equal((await ask(as("eve"), `GET /organisations/${other.organisation}`)).body["plan"], "free");
    });
  });
}

/** Webhooks: the signature is verified over the bytes that arrived, before anything parses them. */
import assert from "node:assert/strict";
import { signWebhook } from "../../webhook/sign-webhook.ts";
import { behaviour, type Behaviour, type HostUnderTest } from "../host-under-test.ts";
import { webhookSecret } from "../webhook-routes.ts";

const text = '{ "text": "\\u00e9 Ä 🐎",\n  "more": [1.0, 1e3] }';
const json = ["content-type", "application/json"] as const;

async function headersOf(id: string, body = text): Promise<(readonly [string, string])[]> {
  return [json, ...Object.entries(await signWebhook({ id, body, secrets: [webhookSecret] }))];
}

async function statusOf(host: HostUnderTest, headers: readonly (readonly [string, string])[], body = text): Promise<number> {
  return (await host.ask("POST", "/webhook", { headers, body })).status;
}

/** Facts about webhooks. */
export const webhookBehaviours: readonly Behaviour[] = [
  behaviour("a signed event is read from the bytes that were signed, and handled once", async (host) => {
    const headers = await headersOf("suite_1");
    const first = await host.ask("POST", "/webhook", { headers, body: text });
    assert.equal(first.status, 200);
    assert.deepEqual(JSON.parse(first.text), { eventId: "suite_1", text: "é Ä 🐎", bytes: Buffer.byteLength(text) });
    const again = await host.ask("POST", "/webhook", { headers, body: text });
    assert.deepEqual([again.status, again.text], [200, ""]);
  }),
  behaviour("a body that was changed or only written again is 401, and so are bytes that are not JSON", async (host) => {
    const headers = await headersOf("suite_2");
    for (const body of [text.replace("1.0", "1"), JSON.stringify(JSON.parse(text)), "{", ""]) {
      assert.equal(await statusOf(host, headers, body), 401, body);
    }
    assert.equal(await statusOf(host, headers), 200);
  }),
  behaviour("bytes that are signed and not JSON are 400, and an event that does not fit is 422", async (host) => {
    for (const [body, status] of [
      ["{", 400],
      ['{"text":1}', 422],
      ['{"text":"a"}', 200],
    ] as const)
      assert.equal(await statusOf(host, await headersOf(`suite_3_${status}`, body), body), status);
  }),
  behaviour("a signature that comes twice is refused, whether the host joins the two or not", async (host) => {
    const headers = await headersOf("suite_4");
    const twice = [...headers, ...headers.filter(([name]) => name === "webhook-signature")];
    const { status } = await host.ask("POST", "/webhook", { headers: twice, body: text });
    assert.ok(status === 400 || status === 401, String(status));
    assert.equal(await statusOf(host, headers), 200);
  }),
];

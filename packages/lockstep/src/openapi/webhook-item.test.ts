/** Requests that the API sends, in the document: webhooks, and callbacks of a route. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { createApi } from "../api/api.ts";
import { body } from "../input/body.ts";
import { header } from "../input/header.ts";
import { nothing } from "../input/nothing.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import type { ApiOptions } from "../route/api-options.ts";
import { get, post } from "../route/route.ts";
import type { RouteCallback, WebhookDescription } from "../route/webhook-description.ts";
import { outgoingWebhook } from "../webhook/outgoing-webhook.ts";

const about = { title: "t", version: "1", audit: () => {} };
const Note = z.object({ id: z.string(), at: z.iso.datetime() }).meta({ id: "Note" });
const noteCreated = outgoingWebhook({
  summary: "A note was created",
  description: "Sent once for each note.",
  tags: ["Notes"],
  payload: z.object({ type: z.literal("note.created"), data: Note }),
});

const documentOf = (options: Partial<ApiOptions>) => createApi({ ...about, routes: [], ...options }).openapi();

test("a webhook is a POST with its body, and with its signature headers if it is sent with our signatures", () => {
  const { webhooks, components } = documentOf({ webhooks: { noteCreated } });
  const operation = webhooks?.["noteCreated"]?.post;
  assert.deepEqual(
    operation?.parameters?.map(({ name, in: place, required, schema }) => [name, place, required, schema]),
    ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [name, "header", true, { type: "string" }]),
  );
  assert.ok(operation.parameters.every(({ description = "" }) => description.length > 20));
  const { summary, description, tags, requestBody, responses } = operation;
  assert.deepEqual([summary, description, tags], ["A note was created", "Sent once for each note.", ["Notes"]]);
  assert.deepEqual(requestBody, {
    required: true,
    content: {
      "application/json": {
        schema: {
          type: "object",
          properties: { type: { type: "string", const: "note.created" }, data: { $ref: "#/components/schemas/Note" } },
          required: ["type", "data"],
          additionalProperties: false,
        },
      },
    },
  });
  assert.deepEqual(Object.keys(responses), ["2XX"]);
  assert.ok("Note" in (components.schemas ?? {}));
});

test("a webhook that is sent in another way shows the headers that it says", () => {
  const webhooks = { paid: { payload: z.object({ amount: z.int() }), headers: { "X-Signature": "The HMAC." } } };
  const operation = documentOf({ webhooks }).webhooks?.["paid"]?.post;
  assert.deepEqual(operation?.parameters, [
    { name: "X-Signature", in: "header", description: "The HMAC.", required: true, schema: { type: "string" } },
  ]);
  const plain = documentOf({ webhooks: { paid: { payload: z.object({ amount: z.int() }) } } }).webhooks?.["paid"]?.post;
  assert.equal(plain?.parameters, undefined);
});

test("the document of an API that sends nothing has no webhooks, and its operations have no callbacks", () => {
  for (const webhooks of [{}, { webhooks: {} }]) assert.ok(!("webhooks" in documentOf(webhooks)));
  const { paths } = documentOf({ routes: [get("/", { public: "a test" }, () => 1)] });
  assert.ok(!("callbacks" in (paths["/"]?.get ?? {})));
});

test("a schema that is sent and answered with is one component, and one that is received differently has two names", () => {
  const Draft = z.object({ text: z.string().default("") }).meta({ id: "Draft" });
  const { components } = documentOf({
    webhooks: { drafted: { payload: Draft } },
    routes: [
      post("/drafts", { public: "a test", deps: { draft: body(Draft) }, response: Draft, status: 201 }, ({ draft }) => draft),
    ],
  });
  assert.deepEqual(Object.keys(components.schemas ?? {}).toSorted(), ["Draft", "DraftInput", "Problem"]);
});

const asked = body(z.object({ callbackUrl: z.url(), hooks: z.array(z.object({ url: z.url() })) }));
const inputs = {
  asked,
  to: query("to", z.url()),
  tenant: path("tenant", z.string(), { identifies: nothing("a name in an address") }),
  from: header("X-From", z.string()),
};
const reportRoute = (url: unknown, more: object = {}) =>
  post(
    "/:tenant/reports",
    // The types know a text; what JavaScript can pass is tried, too.
    { public: "a test", deps: inputs, callbacks: { ready: { url: url as string, webhook: noteCreated, ...more } }, status: 204 },
    () => undefined,
  );

test("a callback is sent to where the request said", () => {
  const urls = [
    "{$request.body#/callbackUrl}",
    "{$request.body#/hooks/0/url}",
    "{$request.query.to}",
    "https://{$request.path.tenant}.example/hooks?from={$request.header.x-from}",
    "{$response.body#/links/callback}",
    "{$url}",
    "https://partner.example/hooks",
  ];
  for (const url of urls) {
    const operation = documentOf({ routes: [reportRoute(url)] }).paths["/{tenant}/reports"]?.post;
    const item = operation?.callbacks?.["ready"]?.[url];
    assert.equal(item?.post.summary, "A note was created", url);
    assert.equal(item.post.parameters?.length, 3);
  }
});

test("a callback whose URL names what its route does not take does not start", () => {
  const wrong = [
    ["{$request.body#/callbackURL}", /the route has no member \/callbackURL of its body/],
    ["{$request.body#/hooks/0/uri}", /no member \/hooks\/0\/uri of its body/],
    ["{$request.query.from}", /no query\("from"\)/],
    ["{$request.path.id}", /no path\("id"\)/],
    ["{$request.header.x-to}", /no header\("x-to"\)/],
  ] as const;
  for (const [url, message] of wrong)
    assert.throws(() => documentOf({ routes: [reportRoute(url)] }), { code: "wrong_option", message }, url);
  for (const url of ["", undefined, 1, "{callbackUrl}", "{$request.callbackUrl}", "{$request.body/callbackUrl}"])
    assert.throws(
      () => reportRoute(url),
      { code: "wrong_option", message: /callbacks: ready: set url to an address/ },
      String(url),
    );
});

test("a hidden route hides its callbacks, and the schemas of them", () => {
  const hidden = post(
    "/reports",
    { public: "a test", hidden: true, callbacks: { ready: { url: "https://a.example/", webhook: noteCreated } } },
    () => undefined,
  );
  assert.ok(!("Note" in (documentOf({ routes: [hidden] }).components.schemas ?? {})));
});

test("a declaration that is wrong does not start, and the message says what to write", () => {
  const payload = z.object({ a: z.string() });
  const wrong: readonly (readonly [webhook: unknown, message: RegExp])[] = [
    [undefined, /pass the options as a record/],
    [null, /pass the options as a record/],
    [{}, /set payload to the schema of the body/],
    [{ payload: { type: "object" } }, /set payload to the schema of the body/],
    [{ payload, mispelt: 1 }, /correct or remove the option "mispelt"/],
    [{ payload, headers: { "a b": "x" } }, /write headers as descriptions by name/],
    [{ payload, headers: { a: 1 } }, /write headers as descriptions by name/],
    [{ payload, headers: ["a"] }, /write headers as descriptions by name/],
  ];
  for (const [webhook, message] of wrong) {
    const declared = webhook as WebhookDescription;
    assert.throws(() => documentOf({ webhooks: { declared } }), { code: "wrong_option", message });
    const callbacks = { declared: { url: "https://a.example/", webhook: declared } };
    assert.throws(() => post("/", { public: "a test", callbacks }, () => undefined), { code: "wrong_option", message });
  }
  for (const given of [null, [], "noteCreated", [noteCreated]]) {
    const message = /pass a record by name, for example/;
    const webhooks = given as unknown as Record<string, WebhookDescription>;
    assert.throws(() => documentOf({ webhooks }), { code: "wrong_option", message });
    const callbacks = given as unknown as Record<string, RouteCallback>;
    assert.throws(() => post("/", { public: "a test", callbacks }, () => undefined), { code: "wrong_option", message });
  }
  // The message about a payload that JSON cannot hold names the webhook.
  const dated = { payload: z.object({ at: z.date() }) };
  assert.throws(() => documentOf({ webhooks: { dated } }), { code: "wrong_schema", message: /createApi\(\{ webhooks \}\): dated/ });
});

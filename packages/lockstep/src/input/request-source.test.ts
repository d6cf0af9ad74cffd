import assert from "node:assert/strict";
import { test } from "node:test";
import { formRequest, jsonRequest } from "./input.fixture.ts";
import { hostRequest, requestSource } from "./host-request.fixture.ts";
import { defaultLimits } from "./limits.ts";
import { RequestSource } from "./request-source.ts";

test("parses the query, the cookies and the body at most once each", async () => {
  const source = requestSource({ ...jsonRequest('{"a":1}'), query: "a=1" });
  assert.equal(source.query(), source.query());
  assert.equal(source.cookies(), source.cookies());
  const content = await source.content();
  assert.equal(await source.content(), content);
  assert.equal(content.json(), content.json());
  const form = await requestSource(formRequest("a=1")).content();
  assert.equal(form.form(), form.form());
  assert.deepEqual(form.form(), new Map([["a", ["1"]]]));
});

test("nothing is read or parsed before it is asked for", () => {
  const untouched = new Proxy(hostRequest({}), { get: (_, name) => assert.fail(`read ${String(name)}`) });
  assert.doesNotThrow(() => new RequestSource(untouched, {}, { limits: defaultLimits }, "r1", noSignal));
});

test("a body that ends too early is the answer for everyone who asks for it", async () => {
  const request = {
    ...hostRequest({}),
    body: () => {
      throw new Error("away");
    },
  };
  const source = new RequestSource(request, {}, { limits: defaultLimits }, "r1", noSignal);
  const cutShort = { status: 400, code: "malformed_request", cause: new Error("away") };
  await assert.rejects(source.content(), cutShort);
  await assert.rejects(source.content(), cutShort);
});

test("bodies, queries and cookies have limits", async () => {
  const source = requestSource({
    query: "a=1&b=2",
    headers: { cookie: "a=1; b=2" },
    body: "xx",
    limits: { maxParameters: 1, maxCookies: 1, maxBodyBytes: 1 },
  });
  assert.throws(() => source.query(), { code: "too_many", status: 413 });
  assert.throws(() => source.cookies(), { code: "too_many", status: 413 });
  await assert.rejects(source.content(), { code: "too_large", status: 413 });
});

const noSignal = (): AbortSignal => new AbortController().signal;

import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { anyOf } from "../dependency/any-of.ts";
import { depends } from "../dependency/depends.ts";
import { optional } from "../dependency/optional.ts";
import { body } from "../input/body.ts";
import { cookie } from "../input/cookie.ts";
import { form } from "../input/form.ts";
import { header } from "../input/header.ts";
import { nothing } from "../input/nothing.ts";
import { passwordRequestForm } from "../input/password-request-form.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { bodyStream } from "../input/body-stream.ts";
import { rawBody } from "../input/raw-body.ts";
import { compileRoute } from "../route/compiled-route.ts";
import { get, post, type Route } from "../route/route.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { openApiDocument } from "./document.ts";

const open = { public: "test" } as const;

function operationOf(route: Route) {
  const [item] = Object.values(openApiDocument({ title: "Test", version: "1" }, [compileRoute(route, [])]).paths);
  const operation = item?.get ?? item?.post;
  assert.ok(operation);
  return operation;
}

test("every place of the head is documented, each with its schema", () => {
  const year = path("year", z.int().min(1970), { identifies: nothing("a calendar year") });
  const deps = {
    year,
    limit: query("limit", z.int().default(20)),
    tags: query("tag", z.array(z.string())),
    agent: header("X-Agent", z.string()),
    theme: cookie("theme", z.enum(["dark", "light"]).optional()),
  };
  assert.deepEqual(operationOf(get("/:year", { ...open, deps }, () => 1)).parameters, [
    { name: "year", in: "path", required: true, schema: { type: "integer", minimum: 1970, maximum: Number.MAX_SAFE_INTEGER } },
    {
      name: "limit",
      in: "query",
      required: false,
      schema: { type: "integer", default: 20, minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
    },
    { name: "tag", in: "query", required: true, schema: { type: "array", items: { type: "string" } } },
    { name: "X-Agent", in: "header", required: true, schema: { type: "string" } },
    { name: "theme", in: "cookie", required: false, schema: { type: "string", enum: ["dark", "light"] } },
  ]);
});

test("a parameter says what its schema says of itself", () => {
  const old = query("old", z.string().optional().meta({ description: "Nothing reads it.", deprecated: true }));
  assert.deepEqual(operationOf(get("/", { ...open, deps: { old } }, () => 1)).parameters, [
    {
      name: "old",
      in: "query",
      description: "Nothing reads it.",
      required: false,
      deprecated: true,
      schema: { type: "string", description: "Nothing reads it.", deprecated: true },
    },
  ]);
});

test("a parameter that several paths reach, or that several declare alike, is listed once", () => {
  const limit = query("limit", z.string());
  const page = depends({ limit }, () => 1);
  const again = query("limit", z.string());
  assert.deepEqual(operationOf(get("/", { ...open, deps: { limit, page, again } }, () => 1)).parameters, [
    { name: "limit", in: "query", required: true, schema: { type: "string" } },
  ]);
});

test("a parameter that is declared twice must fit both schemas, as it must at run time; a header has no case", () => {
  const deps = { short: header("X-Name", z.string().max(9)), some: header("x-name", z.string().min(1).optional()) };
  assert.deepEqual(operationOf(get("/", { ...open, deps }, () => 1)).parameters, [
    {
      name: "X-Name",
      in: "header",
      required: true,
      schema: {
        allOf: [
          { type: "string", maxLength: 9 },
          { type: "string", minLength: 1 },
        ],
      },
    },
  ]);
});

test("an input that only some callers are asked for is not required", () => {
  const token = httpBearer();
  const user = authenticate({ token }, () => ({ id: "1" }));
  const signed = authorize({ user, signature: header("X-Signature", z.string()) }, ({ user }) => user);
  const names = (route: Route) => operationOf(route).parameters?.map(({ name, required }) => [name, required]);
  assert.deepEqual(names(get("/", { deps: { signed } }, () => 1)), [["X-Signature", true]]);
  assert.deepEqual(names(get("/", { ...open, deps: { signed: optional(signed) } }, () => 1)), [["X-Signature", false]]);
  const plain = authenticate({ other: apiKeyHeader({ name: "X-Key" }) }, () => ({ id: "2" }));
  assert.deepEqual(names(get("/", { deps: { caller: anyOf({ signed, plain }) } }, () => 1)), [["X-Signature", false]]);
});

test("a schema that decides later, or fails on nothing, is required unless it has a default", () => {
  const later = async () => true;
  const deps = {
    a: query("a", z.any().refine(later)),
    b: query("b", z.any().refine(later).default("x")),
    c: query(
      "c",
      z.any().refine((value: string) => value.length > 1),
    ),
  };
  assert.deepEqual(
    operationOf(get("/", { ...open, deps }, () => 1)).parameters?.map(({ required }) => required),
    [true, false, true],
  );
});

test("a JSON body", () => {
  const change = body(z.object({ text: z.string() }));
  assert.deepEqual(operationOf(post("/", { ...open, status: 200, deps: { change } }, () => 1)).requestBody, {
    required: true,
    content: {
      "application/json": {
        schema: { type: "object", properties: { text: { type: "string" } }, required: ["text"], additionalProperties: false },
      },
    },
  });
  const maybe = body(z.object({}).optional());
  assert.equal(operationOf(post("/", { ...open, status: 200, deps: { maybe } }, () => 1)).requestBody?.required, false);
});

test("a form, and the form of the password grant", () => {
  const login = form(z.object({ name: z.string() }));
  assert.deepEqual(
    Object.keys(operationOf(post("/", { ...open, status: 200, deps: { login } }, () => 1)).requestBody?.content ?? {}),
    ["application/x-www-form-urlencoded"],
  );
  const { requestBody } = operationOf(post("/", { ...open, status: 200, deps: { form: passwordRequestForm() } }, () => 1));
  assert.deepEqual(requestBody, {
    required: true,
    content: {
      "application/x-www-form-urlencoded": {
        schema: {
          type: "object",
          properties: {
            grant_type: { type: "string", const: "password" },
            username: { type: "string", minLength: 1 },
            password: { type: "string", format: "password", minLength: 1 },
            scope: { type: "string", description: "The scopes that are asked for, separated by spaces." },
            client_id: { type: "string" },
            client_secret: { type: "string", format: "password" },
          },
          required: ["grant_type", "username", "password"],
          additionalProperties: true,
        },
      },
    },
  });
});

test("a raw body is bytes of its media types; beside a JSON body it is that body", () => {
  const bodyOf = (route: Route) => operationOf(route).requestBody;
  assert.deepEqual(
    bodyOf(post("/", { ...open, status: 200, deps: { raw: rawBody({ identifies: nothing("a test") }) } }, () => 1)),
    {
      required: false,
      content: { "*/*": {} },
    },
  );
  const recording = bodyStream({ mediaTypes: ["audio/ogg"], identifies: nothing("a test") });
  assert.deepEqual(bodyOf(post("/", { ...open, status: 200, deps: { recording } }, () => 1)), {
    required: true,
    content: { "audio/ogg": {} },
  });
  const pieces = bodyStream({ identifies: nothing("a test") });
  assert.deepEqual(bodyOf(post("/", { ...open, status: 200, deps: { pieces } }, () => 1)), {
    required: false,
    content: { "*/*": {} },
  });
  const image = rawBody({ mediaTypes: ["image/png", "image/gif"], identifies: nothing("a picture") });
  assert.deepEqual(bodyOf(post("/", { ...open, status: 200, deps: { image } }, () => 1)), {
    required: false,
    content: { "image/png": {}, "image/gif": {} },
  });
  assert.deepEqual(
    bodyOf(
      post(
        "/",
        { ...open, status: 200, deps: { raw: rawBody({ identifies: nothing("a test") }), event: body(z.boolean()) } },
        () => 1,
      ),
    ),
    {
      required: true,
      content: { "application/json": { schema: { type: "boolean" } } },
    },
  );
});

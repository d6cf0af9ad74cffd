import assert from "node:assert/strict";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { z } from "zod";
import {
  type AnyDependency,
  authenticate,
  authorize,
  body,
  createApi,
  depends,
  firstOf,
  get,
  httpBearer,
  owned,
  path,
  post,
  responseCookie,
  responseHeaders,
  type Route,
} from "../index.ts";

const user = authenticate({ token: httpBearer() }, () => ({ id: "1" }));
const headers = responseHeaders({ "X-Total-Count": { description: "How many there are.", schema: z.int().min(0) } });
const count = { description: "How many there are.", schema: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER } };

/** The headers of each answer of a route that are not the core's own, by status. */
function addedTo(route: Route, guard?: AnyDependency) {
  const api = createApi({ title: "Test", version: "1", routes: [route], ...(guard === undefined ? {} : { guard }) });
  const [item] = Object.values(api.openapi().paths);
  const responses = Object.entries((item?.get ?? item?.post)?.responses ?? {});
  return Object.fromEntries(
    responses.map(([status, response]) => [
      status,
      Object.fromEntries(Object.entries(response.headers ?? {}).filter(([, header]) => !("$ref" in header))),
    ]),
  );
}

/** The statuses whose answers may have an added header. */
const statusesOf = (route: Route, guard?: AnyDependency) =>
  Object.entries(addedTo(route, guard)).flatMap(([status, added]) => (Object.keys(added).length === 0 ? [] : [status]));

test("every success has the headers that dependencies may add, with description and schema", () => {
  const route = get("/", { public: "test", deps: { headers }, responses: { 200: z.string(), 303: null } }, () => "a");
  assert.deepEqual(addedTo(route), { 200: { "X-Total-Count": count }, 303: { "X-Total-Count": count } });
  assert.deepEqual(addedTo(get("/", { public: "test", deps: { headers } }, () => 1)), { 200: { "X-Total-Count": count } });
  const text = responseHeaders({ "X-Note": "A remark." });
  assert.deepEqual(addedTo(get("/", { public: "test", deps: { text } }, () => 1))["200"], {
    "X-Note": { description: "A remark.", schema: { type: "string" } },
  });
  // The control.
  assert.deepEqual(addedTo(get("/", { public: "test" }, () => 1)), { 200: {} });
});

test("an error has them if it can come after something that could add them", () => {
  const item = body(z.object({ text: z.string() }));
  const id = path("id", z.string());
  const found = owned(
    { id, user },
    () => ({ ownerId: "1" }),
    ({ ownerId }) => ownerId,
  );
  const guard = depends({ headers }, () => 1);
  const access = authorize({ user, headers }, ({ user }) => user, { problems: { 402: "Pay first." } });
  const late = depends({ headers }, () => 1, { problems: { 409: "Taken." } });
  const spec = { response: z.string(), problems: { 410: "Gone." } } as const;
  const on = (deps: Readonly<Record<string, AnyDependency>>) =>
    post("/notes/:id" as never, { ...spec, deps: { ...deps, found, item } }, () => "a" as never);
  // Only the handler adds them: nothing can refuse after it but itself.
  assert.deepEqual(statusesOf(on({ headers })), ["200", "410"]);
  assert.deepEqual(statusesOf(on({ late })), ["200", "409", "410"]);
  // A guard adds them: the caller is known before, objects and bodies come later.
  assert.deepEqual(statusesOf(on({ access })), ["200", "400", "402", "403", "404", "410", "413", "415", "422"]);
  // A gate of the whole API adds them before anyone is authenticated.
  assert.deepEqual(statusesOf(on({}), guard), ["200", "400", "401", "404", "410", "413", "415", "422"]);
});

test("the rules of firstOf() count", () => {
  const rule = authorize({ user, headers }, ({ user }) => user);
  const other = authorize({ user }, ({ user }) => user);
  const some = firstOf({ rule, other });
  assert.deepEqual(statusesOf(get("/", { deps: { some }, response: z.string() }, () => "a")), ["200", "403"]);
});

test("a cookie is documented with successes, and with errors if it is sent then", () => {
  const dropped = responseCookie({ name: "a", description: "When the user was here." });
  const kept = responseCookie({ name: "b", onFailure: "send" });
  const spec = { public: "test", deps: { dropped, kept }, response: z.string(), problems: { 409: "Taken." } } as const;
  const string = { type: "string" };
  assert.deepEqual(addedTo(get("/", spec, () => "a")), {
    200: {
      "Set-Cookie": {
        description: "Sets or removes the cookie a. When the user was here. Sets or removes the cookie b.",
        schema: string,
      },
    },
    409: { "Set-Cookie": { description: "Sets or removes the cookie b.", schema: string } },
  });
});

test("a header that two dependencies declare is documented once", () => {
  const again = responseHeaders({ "x-total-count": "How many." });
  assert.deepEqual(addedTo(get("/", { public: "test", deps: { headers, again } }, () => 1))["200"], {
    "X-Total-Count": { description: "How many there are. How many.", schema: { anyOf: [count.schema, { type: "string" }] } },
  });
});

test("schemas of headers with a name are components, and the document is valid", async () => {
  const Count = z.int().min(0).meta({ id: "Count" });
  const named = responseHeaders({ "X-Total-Count": { description: "How many there are.", schema: Count } });
  const cookie = responseCookie({ name: "a", onFailure: "send" });
  const api = createApi({ title: "Test", version: "1", routes: [get("/", { deps: { user, named, cookie } }, () => 1)] });
  const document = JSON.parse(JSON.stringify(api.openapi()));
  assert.ok("Count" in document.components.schemas);
  const { valid, errors } = await new Validator().validate(document);
  assert.ok(valid, JSON.stringify(errors));
});

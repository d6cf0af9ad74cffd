import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { identified } from "../outcome/identified.ts";
import { owned } from "../access/owned.ts";
import { permitted } from "../access/permitted.ts";
import { roles } from "../access/roles.ts";
import { anyScope, scopes } from "../access/scopes.ts";
import { unowned } from "../access/unowned.ts";
import { optional } from "../dependency/optional.ts";
import { body } from "../input/body.ts";
import { depends } from "../dependency/depends.ts";
import { nothing } from "../input/nothing.ts";
import { passwordRequestForm } from "../input/password-request-form.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { rawBody } from "../input/raw-body.ts";
import { compileRoute } from "../route/compiled-route.ts";
import { get, post, type Route } from "../route/route.ts";
import { apiKeyCookie } from "../scheme/api-key-cookie.ts";
import { oauth2PasswordBearer } from "../scheme/oauth2-password-bearer.ts";
import { openApiDocument } from "./document.ts";

const open = { public: "test" } as const;
const token = oauth2PasswordBearer({ tokenUrl: "/token", scopes: { read: "Read" } });
const user = authenticate({ token }, () => identified({ id: "1", role: "admin" as const }, { sub: "1" }));
const session = authenticate({ sid: apiKeyCookie({ name: "sid" }) }, () => ({ id: "1" }));
const id = path("id", z.uuid());

function responsesOf(route: Route) {
  const [item] = Object.values(openApiDocument({ title: "Test", version: "1" }, [compileRoute(route, [])]).paths);
  return (item?.get ?? item?.post)?.responses ?? {};
}
/** The documented statuses. */
const statusesOf = (route: Route) => Object.keys(responsesOf(route)).map(Number);
/** Those of errors. */
const errorsOf = (route: Route) => statusesOf(route).filter((status) => status >= 400);

test("a success is what the route declares; if it declares nothing, GET sends a plain value and the others nothing", () => {
  const plain = responsesOf(get("/", open, () => 1));
  assert.deepEqual(plain, {
    200: {
      description: "Success.",
      headers: { "X-Request-Id": { $ref: "#/components/headers/X-Request-Id" } },
      content: { "application/json": { schema: { type: ["string", "number", "boolean", "null"] } } },
    },
  });
  assert.deepEqual(responsesOf(post("/", open, () => undefined)), {
    204: { description: "Success.", headers: { "X-Request-Id": { $ref: "#/components/headers/X-Request-Id" } } },
  });
  const told = responsesOf(get("/", { ...open, response: z.string(), example: "Ok" }, () => "Ok"))["200"];
  assert.deepEqual(told?.content, { "application/json": { schema: { type: "string" }, example: "Ok" } });
});

test("the route's own status is a success; 204 and redirects have no body", () => {
  assert.deepEqual(statusesOf(post("/", { ...open, status: 201 }, () => 1)), [201]);
  assert.equal(responsesOf(post("/", { ...open, status: 204 }, () => undefined))["204"]?.content, undefined);
  assert.equal(responsesOf(get("/", { ...open, status: 303 }, () => undefined))["303"]?.content, undefined);
});

test("a credential may be missing, wrong or repeated: 401 with a challenge, and 400", () => {
  assert.deepEqual(errorsOf(get("/", { deps: { user } }, () => 1)), [400, 401]);
  assert.deepEqual(errorsOf(get("/", { ...open, deps: { user: optional(user) } }, () => 1)), [400, 401]);
  assert.deepEqual(responsesOf(get("/", { deps: { user } }, () => 1))["401"], {
    description: "No valid credential came.",
    headers: {
      "WWW-Authenticate": { $ref: "#/components/headers/WWW-Authenticate" },
      "X-Request-Id": { $ref: "#/components/headers/X-Request-Id" },
    },
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  });
});

test("403 where authorize(), roles() or scopes() may refuse, with a challenge for scopes (RFC 6750 §3.1)", () => {
  const active = authorize({ user }, ({ user }) => user);
  const admin = roles({ admin: [] }, user, () => "admin" as const).require("admin");
  const reader = scopes(user, "read");
  for (const deps of [{ active }, { admin }, { reader }]) {
    const { 403: forbidden } = responsesOf(get("/", { deps }, () => 1));
    assert.deepEqual(
      Object.keys(forbidden?.headers ?? {}),
      "reader" in deps ? ["WWW-Authenticate", "X-Request-Id"] : ["X-Request-Id"],
    );
  }
});

test("403 where a browser attaches the credential to a method that changes something", () => {
  assert.deepEqual(errorsOf(post("/", { status: 200, deps: { session } }, () => 1)), [400, 401, 403]);
  assert.deepEqual(errorsOf(get("/", { deps: { session } }, () => 1)), [400, 401]);
  assert.deepEqual(errorsOf(post("/", { status: 200, deps: { user: anyScope(user, "a test") } }, () => 1)), [400, 401]);
});

test("404 where an object is loaded", () => {
  const load = () => ({ ownerId: "1" });
  const any = authorize({ user }, ({ user }) => user, { reach: "any" });
  const all = {
    owned: owned({ id, user }, load, (note) => note.ownerId),
    permitted: permitted({ id, any }, load),
    unowned: unowned("published", { id, user }, load),
  };
  for (const note of Object.values(all)) assert.ok(errorsOf(get("/:id", { deps: { note, user } }, () => 1)).includes(404));
});

test("400 and 422 if there are inputs, 413 and 415 if there is a body", () => {
  const limit = query("limit", z.int());
  assert.deepEqual(errorsOf(get("/", { ...open, deps: { limit } }, () => 1)), [400, 422]);
  assert.deepEqual(errorsOf(post("/", { ...open, status: 200, deps: { note: body(z.boolean()) } }, () => 1)), [400, 413, 415, 422]);
  assert.deepEqual(
    errorsOf(post("/", { ...open, status: 200, deps: { raw: rawBody({ identifies: nothing("a test") }) } }, () => 1)),
    [413, 415],
  );
});

test("an OAuth endpoint answers with the errors of RFC 6749 §5.2, of which most are 400", () => {
  assert.deepEqual(errorsOf(post("/token", { ...open, status: 200, errors: "oauth" }, () => 1)), [400]);
  const responses = responsesOf(
    post("/token", { ...open, status: 200, errors: "oauth", deps: { form: passwordRequestForm() } }, () => 1),
  );
  assert.ok(!("422" in responses), "what does not fit is invalid_request, 400");
  for (const status of ["400", "413", "415"]) {
    assert.deepEqual(responses[status]?.content, { "application/json": { schema: { $ref: "#/components/schemas/OAuthError" } } });
  }
});

test("what a handler and a dependency say they throw is documented, 429 and 503 with when to try again", () => {
  const limited = depends({}, () => 1, { problems: { 429: "Too many requests." } });
  const responses = responsesOf(get("/", { ...open, deps: { limited }, problems: { 409: "The last one stays." } }, () => 1));
  assert.deepEqual(Object.keys(responses), ["200", "409", "429"]);
  assert.equal(responses["409"]?.description, "The last one stays.");
  assert.deepEqual(Object.keys(responses["429"]?.headers ?? {}), ["Retry-After", "X-Request-Id"]);
});

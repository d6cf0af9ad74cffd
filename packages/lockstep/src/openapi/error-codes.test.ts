/** The codes of problems: what a route declares, what the document lists, and a problem with another code. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { scopes } from "../access/scopes.ts";
import { createApi } from "../api/api.ts";
import { depends } from "../dependency/depends.ts";
import { resource } from "../dependency/resource.ts";
import { body } from "../input/body.ts";
import { deny } from "../outcome/deny.ts";
import { identified } from "../outcome/identified.ts";
import { Unavailable } from "../problem/error.ts";
import { oauthError } from "../problem/oauth-error.ts";
import { notFound, problem } from "../problem/problem.ts";
import type { ApiOptions } from "../route/api-options.ts";
import { get, post, type Route } from "../route/route.ts";
import { apiKeyCookie } from "../scheme/api-key-cookie.ts";
import { oauth2PasswordBearer } from "../scheme/oauth2-password-bearer.ts";
import type { JsonSchema } from "../schema/json-schema.ts";

const open = { public: "a test" } as const;
const token = oauth2PasswordBearer({ tokenUrl: "/token", scopes: { read: "Read" } });
const user = authenticate({ token }, () => identified({ id: "1" }, { sub: "1", scope: "read" }));

function serve(route: Route, options: Partial<ApiOptions> = {}) {
  const errors: unknown[] = [];
  const api = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    onError: (error) => void errors.push(error),
    ...options,
    routes: [route],
  });
  const [item] = Object.values(api.openapi().paths);
  const responses = (item?.get ?? item?.post)?.responses ?? {};
  const ask = async () => {
    const response = await api.fetch(new Request(`http://x${route.template}`, { method: route.method }));
    return { status: response.status, body: (await response.json()) as { code?: string; error?: string } };
  };
  return { responses, ask, errors };
}

/** The schema of an error, and the codes that it allows: `undefined` for any. */
function documented(route: Route, status: number, options: Partial<ApiOptions> = {}) {
  const response = serve(route, options).responses[status];
  const [schema] = Object.values(response?.content ?? {}).map((media) => media.schema);
  return { description: response?.description, schema, codes: enumOf(schema) };
}

function enumOf(schema: JsonSchema | undefined): unknown {
  const { allOf } = schema as { allOf?: readonly { properties?: Record<string, { enum: unknown }> }[] };
  return Object.values(allOf?.[1]?.properties ?? {})[0]?.enum;
}

test("codes that are declared are the only ones in the document, beside what every problem has", () => {
  const problems = { 409: { last_admin: "The last administrator stays.", taken: "The name is taken." } };
  const { description, schema } = documented(
    get("/", { ...open, problems }, () => 1),
    409,
  );
  assert.equal(description, "- `last_admin`: The last administrator stays.\n- `taken`: The name is taken.");
  assert.deepEqual(schema, {
    allOf: [
      { $ref: "#/components/schemas/Problem" },
      { type: "object", properties: { code: { type: "string", enum: ["last_admin", "taken"] } }, required: ["code"] },
    ],
  });
  const one = documented(
    get("/", { ...open, problems: { 410: { gone: "It is gone." } } }, () => 1),
    410,
  );
  assert.deepEqual([one.description, one.codes], ["It is gone.", ["gone"]]);
  // In words only, the code is any.
  const words = documented(
    get("/", { ...open, problems: { 409: "Taken." } }, () => 1),
    409,
  );
  assert.deepEqual([words.description, words.schema], ["Taken.", { $ref: "#/components/schemas/Problem" }]);
});

test("codes of the API's translations, of dependencies, resources, guards and the route are one list", () => {
  class Conflict extends Error {}
  const translate = [[Conflict, () => problem(409, "conflict", "…"), { 409: { conflict: "It exists." } }]] as const;
  const below = depends({}, () => 1, { problems: { 409: { below: "Below." } } });
  const opened = resource(
    {},
    function* () {
      yield 1;
    },
    { problems: { 409: { opened: "Opened." } } },
  );
  const guard = authorize({ user }, ({ user }) => user, { problems: { 409: { guarded: "Guarded." } } });
  const route = get("/", { deps: { guard, below, opened }, problems: { 409: { own: "Own." } } }, () => 1);
  assert.deepEqual(
    new Set(documented(route, 409, { translate }).codes as string[]),
    new Set(["conflict", "below", "opened", "guarded", "own"]),
  );
  // One of them in words leaves the codes open, and says so beside the others.
  const wordy = get("/", { deps: { guard, below, opened }, problems: { 409: "Or another." } }, () => 1);
  const { description, schema } = documented(wordy, 409, { translate });
  assert.match(description ?? "", /^- Or another\.\n- `conflict`: It exists\.\n/);
  assert.deepEqual(schema, { $ref: "#/components/schemas/Problem" });
});

test("the core's own codes of the status are in the list, with the words of the graph", () => {
  const change = body(z.object({ a: z.string() }));
  const weak = { 422: { weak_password: "The password is weak." } };
  const route = post("/", { ...open, status: 200, deps: { change }, problems: weak }, () => 1);
  const { description, codes } = documented(route, 422);
  assert.equal(description, "- The inputs do not fit; each error says where.\n- `weak_password`: The password is weak.");
  assert.deepEqual(codes, ["weak_password", "invalid_input"]);
  const problems = { 403: { again: "Sign in again." } };
  // What a route cannot answer is not listed.
  assert.deepEqual(
    documented(
      get("/", { ...open, problems }, () => 1),
      403,
    ).codes,
    ["again", "forbidden"],
  );
  assert.deepEqual(
    documented(
      get("/", { deps: { user: scopes(user, "read") }, problems }, () => 1),
      403,
    ).codes,
    ["again", "forbidden", "insufficient_scope"],
  );
  const session = authenticate({ sid: apiKeyCookie({ name: "sid" }) }, () => ({ id: "1" }));
  assert.deepEqual(
    documented(
      post("/", { deps: { session }, problems }, () => undefined),
      403,
    ).codes,
    ["again", "forbidden", "cross_site"],
  );
});

test("an OAuth endpoint lists the values of its member `error`", () => {
  const problems = { 400: { invalid_grant: "The code is not valid." }, 429: { temporarily_unavailable: "Too many attempts." } };
  const route = post("/token", { ...open, status: 200, errors: "oauth", problems }, () => 1);
  assert.deepEqual(documented(route, 400).codes, ["invalid_grant", "invalid_request"]);
  assert.deepEqual(documented(route, 429).codes, ["temporarily_unavailable"]);
  assert.deepEqual(documented(route, 429).schema, {
    allOf: [
      { $ref: "#/components/schemas/OAuthError" },
      { type: "object", properties: { error: { type: "string", enum: ["temporarily_unavailable"] } }, required: ["error"] },
    ],
  });
});

test("a problem with another code than those of its status is sent, and reported as the mistake that it is", async () => {
  const problems = { 409: { taken: "Taken." }, 404: { no_plan: "There is no plan." }, 503: { paused: "Paused." } };
  const thrown = async (handler: () => never, others: object = {}) => {
    const { ask, errors } = serve(get("/", { ...open, problems, ...others }, handler));
    const { status, body } = await ask();
    return [status, body.code ?? body.error, ...errors.map((error) => (error as { code: string }).code)];
  };
  assert.deepEqual(await thrown(() => problem(409, "taken", "…")), [409, "taken"]);
  assert.deepEqual(await thrown(() => problem(409, "tkaen", "…")), [409, "tkaen", "wrong_result"]);
  // A status that is not declared may be sent, and so may the core's own answers.
  assert.deepEqual(await thrown(() => problem(410, "gone", "…")), [410, "gone"]);
  assert.deepEqual(await thrown(() => notFound()), [404, "not_found"]);
  assert.deepEqual(await thrown(() => deny("a test")), [403, "forbidden"]);
  const away = (): never => {
    throw new Unavailable("away");
  };
  assert.deepEqual(await thrown(away), [503, "unavailable"]);
  const oauth = { errors: "oauth", problems: { 400: { invalid_grant: "…" } } };
  const refuse = (code: "invalid_grant" | "invalid_scope") => (): never => {
    throw oauthError(code, "…");
  };
  assert.deepEqual(await thrown(refuse("invalid_grant"), oauth), [400, "invalid_grant"]);
  assert.deepEqual(await thrown(refuse("invalid_scope"), oauth), [400, "invalid_scope", "wrong_result"]);
});

test("the report names the route, the code and the declaration to write", async () => {
  const { ask, errors } = serve(get("/", { ...open, problems: { 409: { taken: "Taken." } } }, () => problem(409, "full", "…")));
  await ask();
  assert.match(String(errors[0]), /declare \{ problems: \{ 409: \{ full: "…" \} \} \}: the document of GET \/ lists taken/);
});

test("the same holds for a problem that a translation makes", async () => {
  class Conflict extends Error {}
  const route = get("/", open, (): never => {
    throw new Conflict("a");
  });
  for (const [code, mistakes] of [
    ["conflict", 0],
    ["other", 1],
  ] as const) {
    const translate = [[Conflict, () => problem(409, code, "…"), { 409: { conflict: "It exists." } }]] as const;
    const { ask, errors } = serve(route, { translate });
    assert.deepEqual([(await ask()).body.code, errors.length], [code, mistakes]);
  }
});

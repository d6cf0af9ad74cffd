import assert from "node:assert/strict";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { identified } from "../outcome/identified.ts";
import { owned } from "../access/owned.ts";
import { scopes } from "../access/scopes.ts";
import { anyOf } from "../dependency/any-of.ts";
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
import { multipart } from "../multipart/index.ts";
import { compileRoute } from "../route/compiled-route.ts";
import { get, patch, post, put, type Route } from "../route/route.ts";
import type { WebhookDescription } from "../route/webhook-description.ts";
import { apiKeyCookie } from "../scheme/api-key-cookie.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { apiKeyQuery } from "../scheme/api-key-query.ts";
import { httpBasic } from "../scheme/http-basic.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { mutualTls } from "../scheme/mutual-tls.ts";
import { oauth2AuthorizationCode } from "../scheme/oauth2-authorization-code.ts";
import { oauth2ClientCredentials } from "../scheme/oauth2-client-credentials.ts";
import { oauth2PasswordBearer } from "../scheme/oauth2-password-bearer.ts";
import { openIdConnect } from "../scheme/open-id-connect.ts";
import { openApiDocument } from "./document.ts";

const token = oauth2PasswordBearer({ tokenUrl: "/token", scopes: { read: "Read" } });
const user = authenticate({ token }, () => identified({ id: "1" }, { sub: "1" }));
const Tree = z
  .object({
    name: z.string().default("leaf"),
    get children() {
      return z.array(Tree);
    },
  })
  .meta({ id: "Tree" });

const upload = multipart({
  fields: z.object({ title: z.string() }),
  files: { plan: { mediaTypes: ["application/pdf"], maxBytes: 9, maxCount: 2 } },
});

const treeGrown: WebhookDescription = {
  payload: z.object({ type: z.literal("tree.grown"), data: Tree }),
  summary: "A tree has grown",
  description: "By a leaf or more.",
  tags: ["Trees"],
  deprecated: true,
  headers: { "X-Signature": "The HMAC-SHA256 of the body." },
};

/** Routes that use everything there is. */
function everything(): Route[] {
  const scheme = { tokenUrl: "/token", scopes: { read: "Read" } };
  const callers = [
    httpBearer(),
    httpBasic(),
    apiKeyHeader({ name: "X-Key" }),
    apiKeyCookie({ name: "sid" }),
    apiKeyQuery({ name: "key", unsafeInUrl: true }),
    oauth2ClientCredentials(scheme),
    oauth2AuthorizationCode({ ...scheme, authorizationUrl: "/authorize" }),
    openIdConnect({ openIdConnectUrl: "https://login.example/.well-known/openid-configuration" }),
    mutualTls(),
  ].map((credential) => authenticate({ credential }, () => ({ id: "1" })));
  const note = owned(
    { id: path("id", z.uuid()), user },
    () => ({ ownerId: "1" }),
    ({ ownerId }) => ownerId,
  );
  const inputs = {
    q: query("q", z.array(z.int()).default([])),
    agent: header("X-Agent", z.string()),
    theme: cookie("theme", z.string().optional()),
  };
  return [
    ...callers.map((caller, index) => get(`/${index}`, { deps: { caller } }, () => 1)),
    get(
      "/any",
      { deps: { caller: anyOf({ user, a: callers[2] ?? user }), ...inputs }, response: z.array(Tree), example: [] },
      () => [],
    ),
    get("/maybe", { public: "test", deps: { user: optional(user) } }, () => 1),
    put("/trees", { deps: { user: scopes(user, "read"), tree: body(Tree) }, response: Tree, status: 201 }, ({ tree }) => tree),
    patch(
      "/notes/:id",
      { status: 200, deps: { note, user: scopes(user, "read"), change: body(z.object({ text: z.string() })) } },
      () => 1,
    ),
    post("/auth/token", { status: 200, public: "signs in", errors: "oauth", deps: { form: passwordRequestForm() } }, () => 1),
    post(
      "/reports",
      {
        public: "test",
        deps: { asked: body(z.object({ callbackUrl: z.url() })) },
        status: 202,
        callbacks: { ready: { url: "{$request.body#/callbackUrl}", webhook: treeGrown } },
        problems: { 409: { busy: "A report is being made." } },
      },
      () => "accepted",
    ),
    post("/form", { status: 200, public: "test", deps: { form: form(z.object({ a: z.string() })) } }, () => 1),
    post("/uploads", { public: "test", deps: { upload }, status: 204 }, () => undefined),
    post(
      "/pieces",
      { public: "test", deps: { pieces: bodyStream({ identifies: nothing("a test") }) }, status: 204 },
      () => undefined,
    ),
    post("/raw", { public: "test", deps: { raw: rawBody({ identifies: nothing("a test") }) }, status: 204 }, () => undefined),
  ];
}

const documentOfEverything = () =>
  openApiDocument(
    { title: "Everything", version: "1", webhooks: { treeGrown, treeCut: { payload: z.object({ id: z.string() }) } } },
    everything().map((route) => compileRoute(route, [])),
  );

test("a document of everything there is fits the official schema of OpenAPI 3.1, and its references lead somewhere", async () => {
  const validate = (document: unknown) => new Validator().validate(JSON.stringify(document, null, 1));
  const document = documentOfEverything();
  assert.deepEqual(await validate(document), { valid: true });
  // The positive control: the validator refuses a wrong document.
  assert.equal((await validate({ ...document, info: {} })).valid, false);
  assert.equal((await validate({ ...document, components: {} })).valid, false);
});

test("a document is plain data and the same every time", () => {
  const document = documentOfEverything();
  assert.deepEqual(JSON.parse(JSON.stringify(document)), document);
  assert.equal(JSON.stringify(documentOfEverything()), JSON.stringify(document));
});

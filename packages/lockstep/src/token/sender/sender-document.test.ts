/** How a sender constraint is documented: the security scheme, the header of proofs, the nonce, and CORS. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { authenticate } from "../../access/authenticate.ts";
import { type Api, createApi } from "../../api/api.ts";
import { anyOf } from "../../dependency/any-of.ts";
import { optional } from "../../dependency/optional.ts";
import type { SenderConstraint } from "../../dependency/presented-token.ts";
import { header } from "../../input/header.ts";
import { oidcBearer } from "../../oidc/oidc-bearer.ts";
import { identified } from "../../outcome/identified.ts";
import { get, type Route } from "../../route/route.ts";
import { unchecked } from "../../route/unchecked.ts";
import { apiKeyHeader } from "../../scheme/api-key-header.ts";
import { httpBearer } from "../../scheme/http-bearer.ts";
import { oauth2AuthorizationCode } from "../../scheme/oauth2-authorization-code.ts";
import { oauth2ClientCredentials } from "../../scheme/oauth2-client-credentials.ts";
import { oauth2PasswordBearer } from "../../scheme/oauth2-password-bearer.ts";
import { openIdConnect } from "../../scheme/open-id-connect.ts";
import type { Scheme } from "../../scheme/scheme.ts";
import { anyText } from "../../testing/plain-schema.ts";
import { hmacSecret } from "../hmac-secret.ts";
import * as f from "../token.fixture.ts";
import type { DpopOptions } from "./dpop-options.ts";
import { dpop } from "./dpop.ts";
import { memoryProofReplays } from "./memory-proof-replays.ts";
import { mutualTlsBound } from "./mutual-tls-bound.ts";
import { apiWith } from "./proof.fixture.ts";

const by = f.verifier();
const constraint = (options: Partial<DpopOptions> = {}): SenderConstraint =>
  dpop({ replays: memoryProofReplays(), baseUrls: ["https://api.test"], algorithms: ["ES256"], ...options });
const required = constraint({ required: true });
const page = "https://app.example";

const callerOf = (scheme: Scheme<string>) =>
  authenticate({ claims: by.claims(scheme) }, ({ claims }) => identified({ id: claims.sub }, claims));
const using = (scheme: Scheme<string>): Route =>
  get("/notes", { deps: { user: callerOf(scheme) }, response: unchecked("a test") }, ({ user }) => user.id);
const serve = (...routes: readonly Route[]): Api =>
  createApi({ title: "Notes", version: "1", origins: [page], audit: () => {}, routes });
const schemesOf = (scheme: Scheme<string>) => serve(using(scheme)).openapi().components.securitySchemes;
/** The parameters of the one operation of an API. */
const parametersOf = (api: Api) => api.openapi().paths["/notes"]?.get?.parameters ?? [];

describe("the security scheme", () => {
  const words =
    "Tokens are bound to a key of the client (DPoP, RFC 9449): send `Authorization: DPoP <token>` and a proof in `DPoP`.";
  const member = { method: "dpop", required: true, algorithms: ["ES256"], nonce: false };

  test("of the type http is DPoP if proofs are required", () => {
    assert.deepEqual(schemesOf(httpBearer({ senderConstraint: required, description: "Ask us for a token." })), {
      HTTPBearer: {
        type: "http",
        scheme: "dpop",
        description: `Ask us for a token.\n\n${words}`,
        "x-lockstep-sender-constraint": member,
      },
    });
  });

  test("of the type http is a bearer scheme if both are accepted", () => {
    const { HTTPBearer } = schemesOf(httpBearer({ senderConstraint: constraint(), bearerFormat: "JWT" })) ?? {};
    assert.deepEqual([HTTPBearer?.["scheme"], HTTPBearer?.["bearerFormat"]], ["bearer", "JWT"]);
    assert.deepEqual(HTTPBearer?.["x-lockstep-sender-constraint"], { ...member, required: false });
    assert.match(String(HTTPBearer?.["description"]), /Other tokens are sent as `Authorization: Bearer <token>`\.$/);
  });

  test("names the certificate", () => {
    for (const isRequired of [true, false]) {
      const { HTTPBearer } = schemesOf(httpBearer({ senderConstraint: mutualTlsBound({ required: isRequired }) })) ?? {};
      assert.equal(HTTPBearer?.["scheme"], "bearer");
      assert.deepEqual(HTTPBearer?.["x-lockstep-sender-constraint"], { method: "mutual-tls", required: isRequired });
      assert.match(String(HTTPBearer?.["description"]), /bound to the client's certificate \(RFC 8705 §3\)/);
    }
  });

  test("shows the constraint whatever its type is", () => {
    const tokenUrl = "/auth/token";
    const metadata = "https://login.example.com/.well-known/openid-configuration";
    for (const scheme of [
      oauth2PasswordBearer({ tokenUrl, senderConstraint: required }),
      oauth2ClientCredentials({ tokenUrl, senderConstraint: required }),
      oauth2AuthorizationCode({ tokenUrl, authorizationUrl: "/auth/authorize", senderConstraint: required }),
      openIdConnect({ openIdConnectUrl: metadata, senderConstraint: required }),
      oidcBearer({ issuer: by, senderConstraint: required }),
    ]) {
      const [shown] = Object.values(schemesOf(scheme) ?? {});
      assert.deepEqual([shown?.["x-lockstep-sender-constraint"], shown?.["description"]], [member, words]);
    }
    const [plain] = Object.values(schemesOf(oidcBearer({ issuer: by })) ?? {});
    assert.deepEqual(Object.keys(plain ?? {}).includes("x-lockstep-sender-constraint"), false);
  });

  test("is another one than that of the same name without the constraint", () => {
    const other = get("/other", { deps: { user: callerOf(httpBearer()) }, response: unchecked("a test") }, () => "ok");
    assert.throws(() => serve(using(httpBearer({ senderConstraint: required })), other), { code: "scheme_name_taken" });
  });
});

describe("the header with the proof", () => {
  const named = (api: Api) => parametersOf(api).filter((each) => "name" in each && each.name.toLowerCase() === "dpop");

  test("is a parameter, which is required if nobody is let in without one", () => {
    const key = authenticate({ key: apiKeyHeader({ name: "X-Key" }) }, () => ({ id: "k" }));
    const strict = callerOf(httpBearer({ senderConstraint: required }));
    const response = unchecked("a test");
    for (const [route, isRequired] of [
      [using(httpBearer({ senderConstraint: required })), true],
      [using(oidcBearer({ issuer: by, senderConstraint: required })), true],
      [using(httpBearer({ senderConstraint: constraint() })), false],
      [get("/notes", { deps: { who: anyOf({ strict, key }) }, response }, () => "ok"), false],
      [get("/notes", { public: "a test", deps: { who: optional(strict) }, response }, () => "ok"), false],
    ] as const) {
      const [parameter, ...others] = named(serve(route));
      assert.ok(parameter !== undefined && "name" in parameter && others.length === 0);
      assert.deepEqual([parameter.name, parameter.in, parameter.required], ["DPoP", "header", isRequired]);
      assert.deepEqual(parameter.schema, { type: "string" });
    }
  });

  test("is there once, and not with certificates or without a constraint", () => {
    assert.deepEqual(named(serve(using(httpBearer()))), []);
    assert.deepEqual(named(serve(using(httpBearer({ senderConstraint: mutualTlsBound() })))), []);
    const deps = { user: callerOf(httpBearer({ senderConstraint: required })), proof: header("dpop", anyText) };
    const route = get("/notes", { deps, response: unchecked("a test") }, ({ user }) => user.id);
    assert.equal(named(serve(route)).length, 1);
  });
});

describe("the nonce", () => {
  const nonce = { secrets: [hmacSecret(randomBytes(32))] } as const;

  test("is a documented header of successes and of 401, if the API has nonces", () => {
    const responses = (options: Partial<DpopOptions>) =>
      serve(using(httpBearer({ senderConstraint: constraint(options) }))).openapi().paths["/notes"]?.get?.responses ?? {};
    for (const status of ["2XX", "401"]) {
      assert.ok(Object.keys(responses({ nonce })[status]?.headers ?? {}).includes("DPoP-Nonce"), status);
      assert.ok(!Object.keys(responses({})[status]?.headers ?? {}).includes("DPoP-Nonce"), status);
    }
  });
});

describe("the metadata of the resource (RFC 9728 §2)", () => {
  const resource = { url: "https://api.test", authorizationServers: ["https://as.test"], audience: f.audience } as const;
  const metadataOf = async (...schemes: readonly Scheme<string>[]) => {
    const routes = schemes.map((scheme, index) =>
      get(`/notes${index}`, { deps: { user: callerOf(scheme) }, response: unchecked("a test") }, () => "ok"),
    );
    const api = createApi({ title: "Notes", version: "1", resource, audit: () => {}, routes });
    const answer = await api.fetch(new Request("https://api.test/.well-known/oauth-protected-resource"));
    // The metadata is a JSON object.
    const all = Object.entries((await answer.json()) as object);
    return Object.fromEntries(all.filter(([name]) => name.startsWith("dpop_") || name.startsWith("tls_")));
  };

  test("says which proofs are accepted, and whether they are always required", async () => {
    const strict = httpBearer({ senderConstraint: required });
    const algorithms = { dpop_signing_alg_values_supported: ["ES256"] };
    assert.deepEqual(await metadataOf(strict), { ...algorithms, dpop_bound_access_tokens_required: true });
    assert.deepEqual(await metadataOf(httpBearer({ senderConstraint: constraint() })), algorithms);
    assert.deepEqual(await metadataOf(strict, httpBearer({ schemeName: "Plain" })), algorithms);
    assert.deepEqual(await metadataOf(httpBearer()), {});
    const certificates = httpBearer({ senderConstraint: mutualTlsBound({ required: true }) });
    assert.deepEqual(await metadataOf(certificates), { tls_client_certificate_bound_access_tokens: true });
  });
});

describe("pages of other origins (CORS)", () => {
  const preflight = async (api: Api): Promise<string> => {
    const headers = { origin: page, "access-control-request-method": "GET", "access-control-request-headers": "dpop" };
    const answer = await api.fetch(new Request("https://api.test/notes", { method: "OPTIONS", headers }));
    return String(answer.headers.get("access-control-allow-headers"));
  };

  test("may send proofs if they are asked for", async () => {
    assert.equal(await preflight(serve(using(httpBearer({ senderConstraint: required })))), "authorization, dpop, x-request-id");
    assert.equal(await preflight(serve(using(httpBearer()))), "authorization, x-request-id");
  });

  test("may read challenges and nonces, also of a refusal", async () => {
    const nonce = { secrets: [hmacSecret(randomBytes(32))] } as const;
    const { api } = apiWith(constraint({ nonce }), { origins: [page] });
    const answer = await api.fetch(new Request("https://api.test/notes", { headers: { origin: page } }));
    const exposed = String(answer.headers.get("access-control-expose-headers")).split(", ");
    assert.equal(answer.status, 401);
    for (const name of ["WWW-Authenticate", "DPoP-Nonce", "Retry-After"]) assert.ok(exposed.includes(name), name);
  });
});

/** A branch of `anyOf()` that no request can take does not start. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { authorize } from "../access/authorize.ts";
import { untyped } from "../access/untyped.fixture.ts";
import { apiKeyCookie } from "../scheme/api-key-cookie.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { apiKeyQuery } from "../scheme/api-key-query.ts";
import { httpBasic } from "../scheme/http-basic.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { mutualTls } from "../scheme/mutual-tls.ts";
import { oauth2PasswordBearer } from "../scheme/oauth2-password-bearer.ts";
import { openIdConnect } from "../scheme/open-id-connect.ts";
import { signedHeader } from "../scheme/signed-header.ts";
import { anyOf } from "./any-of.ts";
import { service, serviceKey, session, user, userKey } from "./caller.fixture.ts";
import type { AnyDependency, Deps } from "./dependency.ts";
import { entriesOf } from "./node.ts";
import { optional } from "./optional.ts";
import { readOverrides } from "./override.ts";
import { compile } from "./plan.ts";

const start = (deps: Deps, overrides?: Parameters<typeof compile>[1]) => void compile(entriesOf("test", deps), overrides);
const by = (key: AnyDependency): AnyDependency => untyped.authenticate({ key }, () => ({ id: 1 }));

const dead = (branch: string, ...others: readonly string[]) => ({
  code: "dead_branch",
  message: new RegExp(
    `^anyOf\\(\\): no request can take the branch "${branch}", because ${others.map((name) => `"${name}"`).join(" and ")} read`,
  ),
});

test("schemes that read one place of the request are present together: the second branch is dead", () => {
  const pairs: Readonly<Record<string, readonly [AnyDependency, AnyDependency]>> = {
    "one bearer token": [httpBearer(), oauth2PasswordBearer({ tokenUrl: "/token" })],
    "two issuers": [
      httpBearer({ schemeName: "a" }),
      openIdConnect({ openIdConnectUrl: "https://issuer.example/.well-known/openid-configuration" }),
    ],
    "one header, in any case": [apiKeyHeader({ name: "X-Key", schemeName: "a" }), apiKeyHeader({ name: "x-key", schemeName: "b" })],
    "a header and its signed twin": [apiKeyHeader({ name: "X-Key", schemeName: "a" }), signedHeader("X-KEY")],
    "one cookie": [apiKeyCookie({ name: "s", schemeName: "a" }), apiKeyCookie({ name: "s", schemeName: "b" })],
    "one query parameter": [
      apiKeyQuery({ name: "k", schemeName: "a", unsafeInUrl: true }),
      apiKeyQuery({ name: "k", schemeName: "b", unsafeInUrl: true }),
    ],
    "the certificate": [mutualTls({ schemeName: "a" }), mutualTls({ schemeName: "b" })],
    "one and the same": [userKey, userKey],
  };
  for (const [name, [first, second]] of Object.entries(pairs)) {
    assert.throws(() => start({ who: anyOf({ first: by(first), second: by(second) }) }), dead("second", "first"), name);
    // Neither is dead by itself, nor if both are needed.
    start({ first: by(first), second: by(second) });
  }
});

test("schemes that read different places tell branches apart", () => {
  const apart = [
    httpBearer(),
    apiKeyHeader({ name: "X-Key", schemeName: "header" }),
    apiKeyHeader({ name: "X-Other", schemeName: "other" }),
    apiKeyCookie({ name: "key", schemeName: "cookie" }),
    apiKeyQuery({ name: "key", schemeName: "query", unsafeInUrl: true }),
    mutualTls({ schemeName: "certificate" }),
  ];
  const branches = Object.fromEntries(apart.map((key, index) => [`b${index}`, by(key)]));
  start({ who: anyOf(branches) });
  start({ who: anyOf(Object.fromEntries(Object.entries(branches).toReversed())) });
});

test("Basic and Bearer are two schemes of one header: a request has one of them", () => {
  start({ who: anyOf({ basic: by(httpBasic()), bearer: by(httpBearer()) }) });
});

test("several rules over one credential are not alternatives", () => {
  const admin = authorize({ user }, ({ user }) => user);
  assert.throws(() => start({ who: anyOf({ user, admin }) }), dead("admin", "user"));
  assert.throws(() => start({ who: anyOf({ service, user, admin }) }), dead("admin", "service", "user"));
});

test("a branch that needs more comes before one that needs less, and is dead behind it", () => {
  const both = authorize({ user, service }, ({ user }) => user);
  start({ who: anyOf({ both, user }) });
  assert.throws(() => start({ who: anyOf({ user, both }) }), dead("both", "user"));
});

test("a branch without a credential is always taken: the branches after it are dead", () => {
  assert.throws(() => start({ who: anyOf({ maybe: optional(user), service }) }), dead("service", "maybe"));
  start({ who: anyOf({ service, maybe: optional(user) }) });
});

test("alternatives below others are looked at by themselves", () => {
  start({ who: anyOf({ service, inner: anyOf({ user, session }) }) });
  const admin = authorize({ user }, ({ user }) => user);
  assert.throws(() => start({ who: anyOf({ service, inner: anyOf({ user, admin }) }) }), dead("admin", "user"));
});

test("under overrides nothing is dead: a test may replace what tells branches apart", () => {
  const who = anyOf({ user, session });
  start({ who }, readOverrides([[user, { name: "fake" }]]));
  start({ who }, readOverrides([[serviceKey, userKey]]));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ambient, SchemeDefinition } from "../dependency/scheme-definition.ts";
import { Redacted } from "../secret/redacted.ts";
import { malformedCredential, repeatedCredential } from "./extraction.ts";
import { scheme, type Scheme } from "./scheme.ts";
import { definitionOf, found } from "./source.fixture.ts";
import { buildChallenge } from "./www-authenticate.ts";

const broken = malformedCredential("ticket: not digits");
const twice = repeatedCredential("ticket: more than one value");

const definition = {
  name: "Ticket",
  place: "header x-ticket",
  ambient: false,
  scopes: { "notes:read": "Read notes" },
  extract(source) {
    const [value, ...others] = source.request.headers("x-ticket");
    if (others.length > 0) return twice;
    if (value === undefined) return undefined;
    return /^\d+$/.test(value) ? new Redacted(Number(value)) : broken;
  },
  challenge: ({ realm, error }) => buildChallenge("Ticket", { realm, error }),
  openapi: { type: "apiKey", in: "header", name: "X-Ticket" },
} as const satisfies SchemeDefinition<number>;

test("a scheme finds what its extract returns", () => {
  const ticket = scheme(definition);
  const sent = (value: string | readonly string[]) => found(ticket, { headers: { "x-ticket": value } });
  assert.equal(found(ticket, {}), "absent");
  assert.deepEqual(sent("7"), { found: 7 });
  assert.equal(sent("seven"), "!invalid");
  assert.equal(sent(["7", "8"]), "!repeated");
});

test("the credential, the scopes and a cookie are in its type and on its node", () => {
  const ticket = scheme(definition);
  ticket satisfies Scheme<number, "notes:read">;
  assert.deepEqual(ticket["~dep"].facts, new Set(["credential", "scope:notes:read"]));
  const openapi = { type: "apiKey", in: "cookie", name: "ticket" };
  const inCookie = scheme({ ...definition, place: "cookie ticket", ambient: "cookie", scopes: {}, openapi });
  inCookie satisfies Scheme<number, never, "cookie">;
  // The cookie cannot be left out of the type.
  const isForgotten: typeof inCookie extends Scheme<number> ? true : false = false;
  assert.equal(isForgotten, false);
  assert.deepEqual(inCookie["~dep"].facts, new Set(["credential", "cookie"]));
});

test("a definition is copied, so a later change changes nothing", () => {
  const given = { ...definition, scopes: { ...definition.scopes }, openapi: { ...definition.openapi } };
  const { scopes, openapi } = definitionOf(scheme(given));
  assert.ok(Object.isFrozen(scopes) && Object.isFrozen(openapi));
  assert.ok(!Object.isFrozen(given.scopes) && !Object.isFrozen(given.openapi));
  assert.deepEqual([scopes, openapi], [definition.scopes, definition.openapi]);
});

test("a definition that cannot be used is refused, and the message says what to write", () => {
  const build = (change: object) => () => scheme<unknown, string, Ambient>({ ...definition, ...change });
  const refused = (message: RegExp) => ({ name: "BuildError", code: "wrong_scheme", message });
  assert.throws(build({ name: "a b" }), refused(/^scheme\(\): the scheme's name/));
  for (const place of ["", "x-ticket", "header", "header ", "body ticket", "header x ticket", undefined])
    assert.throws(build({ place }), refused(/write the place as in "header x-api-key"/), place);
  for (const ambient of [true, undefined, "header"]) assert.throws(build({ ambient }), refused(/set ambient to "cookie"/));
  assert.throws(build({ scopes: { "a b": "" } }), refused(/^scheme\(\{ scopes \}\)/));
  assert.throws(build({ extract: undefined }), refused(/extract and challenge are functions/));
  assert.throws(build({ challenge: "Ticket" }), refused(/extract and challenge are functions/));
  for (const openapi of [undefined, null, {}, { type: "ticket" }])
    assert.throws(build({ openapi }), refused(/set openapi to a Security Scheme Object/));
  assert.throws(build({ freshChallenge: "yes" }), refused(/set freshChallenge to true or false/));
  assert.throws(build({ verify: () => true }), { code: "wrong_option", message: /"verify"/ });
  build({})();
});

/** Builds a scheme that reads one place and is documented as another. */
const placed = (place: string, openapi: object, ambient: Ambient = false) =>
  scheme<unknown, string, Ambient>({ ...definition, place: place as "certificate", ambient, openapi: { ...openapi } });
const http = (name: string) => ({ type: "http", scheme: name });
const key = (where: string, name: string) => ({ type: "apiKey", in: where, name });
const contradicts = (message: RegExp) => ({ code: "wrong_scheme", message });

test("a place is written so that two schemes of one header have the same text", () => {
  placed("authorization ticket", http("Ticket"));
  placed("header x-ticket", key("header", "X-TICKET"));
  placed("query Ticket", key("query", "Ticket"));
  assert.throws(() => placed("authorization Ticket", http("Ticket")), contradicts(/lower case, as "authorization ticket"/));
  assert.throws(() => placed("header X-Ticket", key("header", "X-Ticket")), contradicts(/lower case, as "header x-ticket"/));
  assert.throws(() => placed("header x:ticket", key("header", "x:ticket")), contradicts(/write a token after "header"/));
  for (const header of ["authorization", "cookie"])
    assert.throws(
      () => placed(`header ${header}`, key("header", header)),
      contradicts(/"authorization bearer" or "cookie session"/),
    );
});

test("the document names the place that the scheme reads", () => {
  placed("authorization ticket", key("header", "Authorization"));
  placed("authorization bearer", { type: "openIdConnect", openIdConnectUrl: "https://as.test" });
  placed("certificate", { type: "mutualTLS" }, "browser");
  assert.throws(() => placed("authorization ticket", http("bearer")), contradicts(/set place to "authorization bearer"/));
  assert.throws(() => placed("header x-ticket", http("ticket")), contradicts(/set place to "authorization ticket"/));
  assert.throws(() => placed("authorization ticket", { type: "http" }), contradicts(/name the scheme in openapi/));
  assert.throws(() => placed("header x-ticket", { type: "apiKey", in: "header" }), contradicts(/name the parameter in openapi/));
  for (const other of [key("header", "X-Other"), key("query", "x-ticket"), key("body", "x-ticket")])
    assert.throws(() => placed("header x-ticket", other), contradicts(/let place and openapi name the same place/));
  assert.throws(() => placed("header x-ticket", { type: "mutualTLS" }), contradicts(/set place to "certificate"/));
});

test("a credential that browsers attach by themselves cannot be without the cross-site rule", () => {
  const cookie = key("cookie", "session");
  placed("cookie session", cookie, "cookie");
  for (const ambient of [false, "browser"] as const)
    assert.throws(
      () => placed("cookie session", cookie, ambient),
      contradicts(/set ambient to "cookie": a browser attaches a cookie/),
    );
  for (const name of ["basic", "digest", "negotiate", "ntlm"]) {
    placed(`authorization ${name}`, http(name), "browser");
    assert.throws(() => placed(`authorization ${name}`, http(name)), contradicts(/set ambient to "browser"/), name);
  }
  assert.throws(() => placed("certificate", { type: "mutualTLS" }), contradicts(/set ambient to "browser"/));
});

test("a challenge that a header cannot hold is refused when the scheme is built", () => {
  const saying = (text: unknown) => () => scheme({ ...definition, challenge: () => text as string });
  for (const text of ["Ticket", 'Ticket realm="a"']) saying(text)();
  for (const text of ["", " ", "a\r\nSet-Cookie: x=y", 'Tïcket realm="a"', '"Ticket"', undefined, 1, Promise.resolve("Ticket")])
    assert.throws(saying(text), contradicts(/^scheme\(\) "Ticket": return one challenge from challenge\(\)/));
});

test("extract that returns anything else ends the request, and names the scheme", () => {
  for (const wrong of ["7", null, true, Promise.resolve(new Redacted(7))]) {
    const ticket = scheme({ ...definition, extract: () => wrong as unknown as undefined });
    assert.throws(() => found(ticket, {}), { code: "wrong_scheme", message: /^scheme\(\) "Ticket": return a Redacted/ });
  }
});

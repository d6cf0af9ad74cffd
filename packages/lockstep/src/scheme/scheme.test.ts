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
  const inCookie = scheme({ ...definition, place: "cookie ticket", ambient: "cookie", scopes: {} });
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
  assert.throws(build({ verify: () => true }), { code: "wrong_option", message: /"verify"/ });
  build({})();
});

test("extract that returns anything else ends the request, and names the scheme", () => {
  for (const wrong of ["7", null, true, Promise.resolve(new Redacted(7))]) {
    const ticket = scheme({ ...definition, extract: () => wrong as unknown as undefined });
    assert.throws(() => found(ticket, {}), { code: "wrong_scheme", message: /^scheme\(\) "Ticket": return a Redacted/ });
  }
});

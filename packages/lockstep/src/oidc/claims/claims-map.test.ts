/** `claimsMap()`: the map of an issuer of one's own. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BuildError } from "../../problem/error.ts";
import { claimsMap, type ClaimsMapOptions } from "./claims-map.ts";
import { read, refuses, summary } from "./map.fixture.ts";

const good = {
  iss: "https://login.acme.example",
  sub: "ann",
  exp: 1_760_000_300,
  token_use: "access",
  scp: ["notes/read", "openid"],
  "https://acme.example/roles": ["editor"],
  email: "ann@acme.example",
  email_verified: true,
};
const options: ClaimsMapOptions = {
  name: "acme",
  kind: [{ kind: "client", when: ({ sub, client_id }) => sub === client_id, subject: "client_id" }, { kind: "user" }],
  roles: "https://acme.example/roles",
  scopes: { claim: "scp", prefix: "notes/" },
  require: [
    { claim: "token_use", is: ["access", "api"] },
    { claim: "blocked", not: true },
    { claim: ["meta", "staff"], present: false, setting: "staff" },
  ],
};

test("it reads the subject, the kind, the roles and the scopes", () => {
  const map = claimsMap(options);
  assert.deepEqual(summary(map, good), [`${good.iss}#user:ann`, ["editor"], "read"]);
  assert.equal(read(map, good).email, "ann@acme.example");
  assert.equal(read(map, { ...good, client_id: "ann" }).kind, "client");
  assert.equal(read(map, { ...good, token_use: "api", blocked: false, meta: {} }).kind, "user");
});

refuses(claimsMap(options), good, {
  "another use": [
    { token_use: "refresh" },
    /^the claim "token_use" has a value that is not accepted \(claims map acme, setting require\)$/,
  ],
  "a list in place of a text": [{ token_use: ["access"] }, /"token_use" has a value/],
  "a value that is ruled out": [{ blocked: true }, /"blocked" has a value that is not accepted/],
  "a claim that must not be there": [{ meta: { staff: 1 } }, /"meta" → "staff" must not be there .*setting staff\)$/],
  "a claim that is not an object": [{ meta: "all staff" }, /"meta" → "staff" is inside something that is not an object/],
  "a subject of two lines": [{ sub: "ann\nbob" }, /"sub" is not a text of one printable line .*setting subject/],
  "a subject that is a number": [{ sub: 7 }, /"sub" is not a text/],
  "no subject": [{ sub: undefined, client_id: "web" }, /"sub" is missing .*setting subject/],
  "a role of two lines": [{ "https://acme.example/roles": ["edi\ntor"] }, /is not a list of texts/],
  "roles in an object": [{ "https://acme.example/roles": { editor: true } }, /is not a list of texts/],
  "scopes in an object": [{ scp: { read: true } }, /"scp" is not a text or a list of scopes .*setting scopes/],
  "a scope with a space": [{ scp: ["notes/read all"] }, /"scp" is not a text or a list of scopes/],
  "more scopes than any client has": [{ scp: Array.from({ length: 257 }, (_, at) => `notes/s${at}`) }, /"scp"/],
  "an address that is not one": [{ email: "ann" }, /"email" is not an e-mail address .*setting email/],
  "an ID token": [{ at_hash: "x1" }, /"at_hash" must not be there .*setting idTokens/],
  "a logout token": [{ events: {} }, /"events" must not be there/],
  "an actor that is not an object": [{ act: "root of all" }, /"act" → "sub" is inside something/],
});

describe("a source of roles", () => {
  const rolesOf = (roles: ClaimsMapOptions["roles"], more: object): readonly string[] =>
    read(claimsMap({ name: "acme", kind: "user", ...(roles === undefined ? {} : { roles }) }), { ...good, ...more }).roles;

  test("is an exact name or a path of exact names, never split at a dot, a colon or a space", () => {
    assert.deepEqual(rolesOf("a.b", { "a.b": ["x"] }), ["x"]);
    assert.deepEqual(rolesOf("a.b", { a: { b: ["x"] } }), []);
    assert.deepEqual(rolesOf([{ claim: ["a", "b.c"] }], { a: { "b.c": ["x"], b: { c: ["y"] } } }), ["x"]);
    assert.deepEqual(rolesOf("role", { role: "admin editor" }), ["admin editor"]);
    assert.deepEqual(rolesOf("constructor", {}), []);
  });

  test("can be several, the names of an object, or texts with a role for each", () => {
    assert.deepEqual(rolesOf(["a", { claim: "b", form: "keys" }], { a: "x", b: { y: {} } }), ["x", "y"]);
    assert.deepEqual(rolesOf({ claim: "b", form: "keys", holding: "o1" }, { b: { y: { o1: "" }, z: { o2: "" }, w: "o1" } }), ["y"]);
    const names = { g1: "admin" };
    assert.deepEqual(rolesOf({ claim: "g", names }, { g: ["g1", "g2", "toString"] }), ["admin"]);
    assert.deepEqual(rolesOf({ claim: "g", names, unless: ["more"] }, { g: ["g1"], more: true }), []);
    assert.deepEqual(rolesOf(undefined, { roles: ["x"] }), []);
  });
});

test("scopes are granted to everyone or by role, to tokens of issuers that have none", () => {
  const granted = (grants: ClaimsMapOptions["grants"], role: string): string | undefined =>
    read(claimsMap({ name: "acme", kind: "user", roles: "role", ...(grants === undefined ? {} : { grants }) }), { ...good, role })
      .grants.scope;
  assert.equal(granted(["notes:read"], "x"), "notes:read");
  assert.equal(granted({ editor: ["notes:read", "notes:write"] }, "editor"), "notes:read notes:write");
  assert.equal(granted({ editor: ["notes:write"] }, "reader"), "");
  assert.equal(granted({ editor: ["notes:write"] }, "toString"), "");
  assert.equal(granted(undefined, "editor"), "");
});

test("an address counts only beside a literal true, and never if the issuer verifies none", () => {
  const map = claimsMap({ name: "acme", kind: "user" });
  assert.equal(read(map, good).email, "ann@acme.example");
  for (const email_verified of [undefined, false, "true", 1, [true]])
    assert.equal(read(map, { ...good, email_verified }).email, undefined);
  assert.equal(read(claimsMap({ name: "acme", kind: "user", email: "never" }), good).email, undefined);
  const own = claimsMap({ name: "acme", kind: "user", email: { claim: "mail", verified: ["mail_info", "ok"] } });
  assert.equal(read(own, { ...good, mail: "a@b.example", mail_info: { ok: true } }).email, "a@b.example");
});

test("the client, the session and the actor follow into the grants and the caller", () => {
  const map = claimsMap({ name: "acme", kind: "user", client: ["app"], session: ["s", "id"] });
  const { grants, actor } = read(map, { ...good, jti: "j1", app: "web", s: { id: "s1" }, act: { sub: "root" } });
  const act = { sub: "root" };
  assert.deepEqual({ ...grants }, { sub: "ann", scope: "", exp: good.exp, jti: "j1", sid: "s1", client_id: "web", act });
  assert.equal(actor, "root");
});

test("wrong options do not build, and the message says what to write", () => {
  const make = (more: object): unknown => claimsMap({ name: "acme", kind: "user", ...more });
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ name: "" }, /set name to a text/],
    [{ kind: "admin" }, /kind: set kind to "user", "client" or "service"/],
    [{ kind: [] }, /set kind to/],
    [{ kind: [{ kind: "user", if: 1 }] }, /correct or remove the option "if"/],
    [{ kind: [{ kind: "user", when: true }] }, /set when to a function/],
    [{ subject: [] }, /set subject to the name of a claim/],
    [{ subject: { joined: ["sub"] } }, /set joined to at least two claims/],
    [{ roles: 7 }, /roles: pass the options as a record/],
    [{ roles: { claim: "a", from: 1 } }, /correct or remove the option "from"/],
    [{ roles: { claim: "a", form: "text" } }, /set form to/],
    [{ roles: { claim: "a", holding: "b" } }, /set form to "keys", or remove holding/],
    [{ scopes: { claim: "a", prefix: 1 } }, /set prefix/],
    [{ scopes: "scope", grants: ["a"] }, /remove grants or scopes/],
    [{ grants: ["a b"] }, /set grants to a list of scopes/],
    [{ grants: { editor: "a" } }, /set grants to a list of texts/],
    [{ grants: "a" }, /set grants to scopes, or to scopes for each role/],
    [{ email: "always" }, /email: pass the options as a record/],
    [{ client: "azp" }, /set client to a list of texts/],
    [{ idTokens: true }, /set idTokens to/],
    [{ require: [{ claim: "a" }] }, /set exactly one of is, not and present/],
    [{ require: [{ claim: "a", is: "b", present: true }] }, /set exactly one of/],
    [{ require: [{ claim: "a", is: [] }] }, /set is to a text/],
    [{ require: [{ claim: "a", present: "yes" }] }, /set present to true or false/],
  ];
  for (const [more, message] of wrong) {
    assert.throws(
      () => make(more),
      (error) => error instanceof BuildError && error.code === "wrong_option" && message.test(error.message),
      JSON.stringify(more),
    );
  }
  assert.ok(make({}));
});

test("roles and scopes do not come from claims that users edit themselves", () => {
  const message = /users can edit "(?:user_metadata|unsafe_metadata|untrusted_metadata)" of their own account$/;
  for (const name of ["user_metadata", "unsafe_metadata", "untrusted_metadata"]) {
    for (const more of [{ roles: name }, { roles: { claim: [name, "roles"] } }, { scopes: { claim: ["x", name] } }]) {
      assert.throws(() => claimsMap({ name: "acme", kind: "user", ...(more as object) }), { code: "wrong_option", message });
    }
  }
  assert.ok(claimsMap({ name: "acme", kind: "user", roles: { claim: ["app_metadata", "roles"] } }));
});

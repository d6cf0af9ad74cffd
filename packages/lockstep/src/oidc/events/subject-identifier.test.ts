import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parseStrictJson, isJsonObject, type JsonObject } from "../../json/strict-json.ts";
import { EventRefused } from "./event-refused.ts";
import { type FoundSubject, readSubject, type SubjectRules } from "./subject-identifier.ts";

const issuer = "https://idp.test";
const other = "https://other.test";
const rules: SubjectRules = { subjectIssuers: [issuer], opaque: "session" };

function read(subject: object, over: Partial<SubjectRules> = {}): FoundSubject {
  const parsed = parseStrictJson(JSON.stringify(subject), { maxDepth: 16, maxMembers: 1000 });
  assert.ok(isJsonObject(parsed));
  const made: JsonObject = parsed;
  return readSubject(made, { ...rules, ...over });
}

const alice = { format: "iss_sub", iss: issuer, sub: "alice" };
const email = { format: "email", email: "alice@example.com" };
const session = { format: "opaque", id: "s1" };
const app = { format: "opaque", id: "web" };
const subject = { kind: "subject", issuer, sub: "alice" } as const;
const sid = { kind: "session", issuer, sid: "s1" } as const;
const client = { kind: "client", issuer, clientId: "web" } as const;
const unknown = { targets: [], ignored: "unknown_subject" };
const anothers = { targets: [], ignored: "another_issuers_subject" };

describe("a subject identifier (RFC 9493)", () => {
  test("names a subject of an issuer, a token, or a session", () => {
    assert.deepEqual(read(alice), { targets: [subject] });
    assert.deepEqual(read({ format: "jwt_id", iss: issuer, jti: "t1" }), { targets: [{ kind: "token", issuer, jti: "t1" }] });
    assert.deepEqual(read(session), { targets: [sid] });
    assert.deepEqual(read({ format: "opaque", id: "alice" }, { opaque: "subject" }), { targets: [subject] });
    // Google's events.
    assert.deepEqual(read({ subject_type: "iss-sub", iss: issuer, sub: "alice" }), { targets: [subject] });
  });

  test("never finds anyone by an e-mail address, a telephone number or another name", () => {
    for (const named of [
      email,
      { format: "phone_number", phone_number: "+12065550100" },
      { format: "account", uri: "acct:alice@example.com" },
      { format: "did", url: "did:example:123456" },
      { format: "uri", uri: "https://example.com/alice" },
      { format: "saml_assertion_id", issuer, assertion_id: "a" },
      { format: "ISS_SUB", iss: issuer, sub: "alice" },
      { format: "something-new", id: "alice" },
    ])
      assert.deepEqual(read(named), unknown, named.format);
  });

  test("of another issuer has no effect", () => {
    assert.deepEqual(read({ ...alice, iss: other }), anothers);
    assert.deepEqual(read({ ...alice, iss: `${issuer}/` }), anothers);
    assert.deepEqual(read({ format: "jwt_id", iss: other, jti: "t1" }), anothers);
    assert.deepEqual(read({ ...alice, iss: other }, { subjectIssuers: [other] }).targets, [{ ...subject, issuer: other }]);
  });

  test("without an issuer means something only if the sender speaks about one issuer", () => {
    assert.deepEqual(read(session, { subjectIssuers: [issuer, other] }), unknown);
    assert.deepEqual(read(session, { opaque: "nobody" }), unknown);
    assert.deepEqual(read(alice, { subjectIssuers: [issuer, other] }), { targets: [subject] });
  });

  test("has several names, of which those that identify count", () => {
    const aliases = (...identifiers: readonly object[]) => ({ format: "aliases", identifiers });
    assert.deepEqual(read(aliases(email, alice)), { targets: [subject] });
    assert.deepEqual(read(aliases(alice, { ...alice, sub: "al" })), { targets: [subject, { ...subject, sub: "al" }] });
    assert.deepEqual(read(aliases(email)), unknown);
    assert.deepEqual(read(aliases(email, { ...alice, iss: other })), anothers);
    for (const wrong of [
      [],
      "alice",
      [aliases(alice)],
      [{ format: "complex", user: alice }],
      [5],
      Array.from({ length: 21 }, () => alice),
    ])
      assert.throws(() => read({ format: "aliases", identifiers: wrong }), EventRefused);
  });

  test("of several parts is as narrow as its parts, and never wider because one is unknown", () => {
    const complex = (parts: object): FoundSubject => read({ format: "complex", ...parts });
    assert.deepEqual(complex({ user: alice, session }), { targets: [sid, subject] });
    // As drafts of SSF have it.
    assert.deepEqual(read({ user: alice, session }), { targets: [sid, subject] });
    assert.deepEqual(read({ tenant: { format: "opaque", id: "x" } }), unknown);
    assert.deepEqual(complex({ session }), { targets: [sid] });
    assert.deepEqual(complex({ user: email, session }), { targets: [sid] });
    // A session that tokens do not name is like one that they name none of: all of its user's.
    assert.deepEqual(complex({ user: alice, session: email }), { targets: [subject] });
    assert.deepEqual(complex({ user: alice }), { targets: [subject] });
    assert.deepEqual(complex({ user: alice, tenant: { format: "opaque", id: "t" }, device: email, application: app }), {
      targets: [subject],
    });
    assert.deepEqual(complex({ user: { format: "aliases", identifiers: [email, alice] } }), { targets: [subject] });
    assert.deepEqual(complex({ application: app }), { targets: [client] });
    assert.deepEqual(complex({ application: { ...alice, sub: "web" } }), { targets: [client] });
    // Nobody, and not everyone of the application, the user or the tenant.
    assert.deepEqual(complex({ user: email, application: app }), unknown);
    assert.deepEqual(complex({ user: { ...alice, iss: other }, application: app }), anothers);
    assert.deepEqual(complex({ user: { ...alice, iss: other }, session }), anothers);
    assert.deepEqual(complex({ user: email, session: email }), unknown);
    for (const part of ["device", "tenant", "org_unit", "group"])
      assert.deepEqual(complex({ application: app, [part]: { format: "opaque", id: "x" } }), unknown, part);
    assert.deepEqual(complex({ tenant: { format: "opaque", id: "x" } }), unknown);
    assert.deepEqual(complex({}), unknown);
  });

  test("of any shape names nobody of another issuer, and is refused or ignored otherwise", () => {
    const text = fc.constantFrom("iss_sub", "opaque", "complex", "aliases", "jwt_id", "email", issuer, other, "alice", "");
    const name = fc.constantFrom("format", "iss", "sub", "id", "jti", "user", "session", "application", "tenant", "identifiers");
    const { subject: any } = fc.letrec((tie) => ({
      subject: fc.dictionary(name, fc.oneof({ maxDepth: 4 }, text, tie("subject"), fc.array(tie("subject"), { maxLength: 3 })), {
        maxKeys: 6,
      }),
    }));
    fc.assert(
      fc.property(any, fc.constantFrom("session", "subject", "nobody"), (value, opaque) => {
        try {
          const { targets, ignored } = read(value, { opaque });
          assert.ok(targets.every((target) => target.issuer === issuer));
          assert.equal(ignored === undefined, targets.length > 0);
        } catch (error) {
          assert.ok(error instanceof EventRefused, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("is refused if its members are not those of its format", () => {
    for (const wrong of [
      {},
      { format: 5 },
      { format: null, user: alice },
      { user: { user: alice } },
      { format: "iss_sub", iss: issuer },
      { format: "iss_sub", sub: "alice" },
      { format: "iss_sub", iss: issuer, sub: 5 },
      { format: "iss_sub", iss: issuer, sub: "a\u0000" },
      { format: "iss_sub", iss: issuer, sub: "x".repeat(256) },
      { format: "jwt_id", iss: issuer },
      { format: "opaque" },
      { format: "opaque", id: "" },
      { format: "opaque", id: ["s1"] },
      { format: "complex", user: "alice" },
      { format: "complex", session: null },
      { format: "complex", application: "web" },
      { format: "complex", user: { format: "complex", user: alice } },
    ])
      assert.throws(() => read(wrong), EventRefused, JSON.stringify(wrong));
  });
});

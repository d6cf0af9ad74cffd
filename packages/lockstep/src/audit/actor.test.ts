/** Impersonation: events name the subject and the one who acts as it (RFC 8693 §4.1). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  type AnswerEvent,
  type AuditEvent,
  authenticate,
  authorize,
  createApi,
  deny,
  get,
  httpBearer,
  identified,
  permitted,
  path,
  roles,
  unchecked,
} from "../index.ts";
import { claims, workos } from "../oidc/index.ts";
import * as f from "../token/token.fixture.ts";
import { z } from "zod";

const events: AuditEvent[] = [];
const answers: AnswerEvent[] = [];
const token = httpBearer();
const byClaims = authenticate({ claims: f.verifier().claims(token) }, ({ claims }) => identified({ id: claims.sub }, claims));
const caller = claims({ issuer: f.verifier(), map: workos() }).authenticate(token);

const denied = authorize({ user: byClaims }, () => deny("a test"));
const self = authorize({ caller }, ({ caller }) => (caller.actor === undefined ? caller : deny("somebody acts as the caller")));
const staff = roles({ staff: [] }, byClaims, () => "staff", { reachAny: ["staff"] }).require("staff");
const note = permitted({ id: path("id", z.string()), staff }, ({ id }) => ({ id }));

const api = createApi({
  title: "t",
  version: "1",
  audit: (event) => void events.push(event),
  onAnswer: (event) => void answers.push(event),
  routes: [
    get("/denied", { deps: { denied } }, () => 1),
    get("/password", { deps: { self } }, () => 1),
    get("/me", { deps: { byClaims } }, ({ byClaims }) => byClaims.id),
    get("/notes/:id", { deps: { note }, response: unchecked("a test") }, ({ note }) => note),
  ],
});

/** Asks with a token, and returns the answer's status and the events that were reported. */
async function ask(at: string, over: Readonly<Record<string, unknown>>) {
  events.length = 0;
  answers.length = 0;
  const headers = { authorization: `Bearer ${f.token({}, over)}` };
  const { status } = await api.fetch(new Request(`http://h${at}`, { headers }));
  return { status, events: [...events], answers: [...answers] };
}

const actorsOf = (events: readonly AuditEvent[]) =>
  events.map((event) => [event.type, event.subjects, event.actor ?? "-"] as const);

describe("the actor of a token", () => {
  test("is in the event of a refusal, beside the subject; without an actor there is no such member", async () => {
    const acting = await ask("/denied", { act: { sub: "root" } });
    assert.deepEqual(actorsOf(acting.events), [["authorization.denied", ["alice"], "root"]]);
    const plain = await ask("/denied", {});
    assert.deepEqual(actorsOf(plain.events), [["authorization.denied", ["alice"], "-"]]);
    assert.ok(plain.events.every((event) => !("actor" in event)));
  });

  test("is in the event of an object that a role opened, and in the event of each answer", async () => {
    const { status, events, answers } = await ask("/notes/n1", { act: { sub: "root" } });
    assert.equal(status, 200);
    assert.deepEqual(actorsOf(events), [["object.reached", ["alice"], "root"]]);
    assert.deepEqual(
      answers.map(({ subject, actor }) => [subject, actor]),
      [["alice", "root"]],
    );
    const plain = await ask("/me", {});
    assert.deepEqual(
      plain.answers.map(({ subject, actor }) => [subject, actor]),
      [["alice", undefined]],
    );
  });

  test("is the outermost of a chain: those inside acted before (RFC 8693 §4.1)", async () => {
    const chain = fc.array(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(chain, async (names) => {
        const act = names.reduceRight<unknown>((inner, sub) => (inner === undefined ? { sub } : { sub, act: inner }), undefined);
        const { events } = await ask("/denied", { act });
        assert.deepEqual(actorsOf(events), [["authorization.denied", ["alice"], names[0]]]);
      }),
      { numRuns: 50 },
    );
  });

  test("is not a right: who may act, and who acted inside another claim, is not the actor", async () => {
    for (const over of [{ may_act: { sub: "root" } }, { act: null }, { actor: "root" }])
      assert.deepEqual(actorsOf((await ask("/denied", over)).events), [["authorization.denied", ["alice"], "-"]]);
  });

  test("that has no readable name is on record all the same", async () => {
    for (const act of [{}, { sub: 7 }, { sub: "" }, "root", ["root"], 1, true, { act: { sub: "root" } }])
      assert.deepEqual(actorsOf((await ask("/denied", { act })).events), [["authorization.denied", ["alice"], "(unnamed)"]]);
  });
});

describe("a caller of claims()", () => {
  const workosClaims = { sub: "user_alice", permissions: ["notes:read"], sid: "s1" };

  test("with an actor is refused what only the user may do, and both are on record (Z-19)", async () => {
    assert.equal((await ask("/password", workosClaims)).status, 200, "the control");
    const { status, events } = await ask("/password", { ...workosClaims, act: { sub: "root@acme.example" } });
    assert.equal(status, 403);
    assert.deepEqual(actorsOf(events), [["authorization.denied", [`${f.issuer}#user:user_alice`], "root@acme.example"]]);
  });

  test("is not accepted with an actor that cannot be read", async () => {
    assert.equal((await ask("/password", { ...workosClaims, act: "root" })).status, 401);
  });
});

/** Audit events: one for each refusal, with its reason and without a secret. */
import assert from "node:assert/strict";
import type { AuditEvent } from "../../audit/event.ts";
import { behaviour, type Behaviour, type HostUnderTest } from "../host-under-test.ts";
import type { AskOptions, Received } from "../http-client.ts";
import { badToken, canary, tokenOf } from "../world.ts";

const bearer = (token: string): AskOptions => ({ headers: [["authorization", `Bearer ${token}`]] });
const alice = bearer(tokenOf("alice"));

/** Requests, each with the event that is reported, without its time and id. */
const cases: readonly (readonly [fact: string, method: string, target: string, options: AskOptions, event: object])[] = [
  [
    "no credential",
    "GET",
    "/me",
    {},
    { type: "authentication.absent", route: "GET /me", subjects: [], schemes: ["OAuth2PasswordBearer"] },
  ],
  [
    "a malformed credential",
    "GET",
    "/me",
    bearer("a b"),
    {
      type: "authentication.failed",
      route: "GET /me",
      subjects: [],
      schemes: ["OAuth2PasswordBearer"],
      reason: "Authorization: not of the form scheme, one space, token68",
      dependency: "OAuth2PasswordBearer",
    },
  ],
  [
    "an expired token",
    "GET",
    "/me",
    bearer(badToken("expired")),
    {
      type: "authentication.failed",
      route: "GET /me",
      subjects: [],
      schemes: ["OAuth2PasswordBearer"],
      reason: "is expired",
      dependency: "user",
    },
  ],
  [
    "a denied token",
    "GET",
    "/me",
    bearer(badToken("denied")),
    {
      type: "authentication.failed",
      route: "GET /me",
      subjects: [],
      schemes: ["OAuth2PasswordBearer"],
      reason: "disabled",
      dependency: "user",
    },
  ],
  [
    "nobody",
    "GET",
    "/me",
    bearer(badToken("nobody")),
    {
      type: "authentication.failed",
      route: "GET /me",
      subjects: [],
      schemes: ["OAuth2PasswordBearer"],
      reason: "the verb returned nothing",
      dependency: "user",
    },
  ],
  [
    "two credentials",
    "GET",
    "/me",
    { headers: [...(alice.headers ?? []), ...(alice.headers ?? [])] },
    { type: "credential.repeated", route: "GET /me", subjects: [], scheme: "OAuth2PasswordBearer" },
  ],
  [
    "an inactive user",
    "GET",
    "/active",
    bearer(tokenOf("carol")),
    { type: "authorization.denied", route: "GET /active", subjects: ["carol"], reason: "inactive", dependency: "active" },
  ],
  [
    "a missing role",
    "GET",
    "/admin",
    alice,
    { type: "authorization.denied", route: "GET /admin", subjects: ["alice"], reason: "needs the role admin", dependency: "admin" },
  ],
  [
    "a missing scope",
    "GET",
    "/writer",
    bearer(tokenOf("bob", "notes:read")),
    {
      type: "scope.insufficient",
      route: "GET /writer",
      subjects: ["bob"],
      required: ["notes:read", "notes:write"],
      dependency: "writer",
    },
  ],
  [
    "someone else's object",
    "GET",
    "/notes/n2",
    alice,
    { type: "object.hidden", route: "GET /notes/:id", subjects: ["alice"], reason: "not the caller's", dependency: "note" },
  ],
  [
    "a missing object",
    "GET",
    "/notes/n9",
    alice,
    {
      type: "object.hidden",
      route: "GET /notes/:id",
      subjects: ["alice"],
      reason: "the verb returned nothing",
      dependency: "note",
    },
  ],
  [
    "another site",
    "POST",
    "/session",
    { headers: [["cookie", `__Host-session=${tokenOf("alice")}`]] },
    {
      type: "request.cross_site",
      route: "POST /session",
      subjects: [],
      reason: "neither Sec-Fetch-Site nor Origin came",
    },
  ],
];

/** Facts about audit events. */
export const auditBehaviours: readonly Behaviour[] = [
  ...cases.map(([fact, method, target, options, event]) =>
    behaviour(`${fact}: exactly one event, with the reason`, async (host) => {
      const { answer, events } = await asked(host, method, target, options);
      assert.deepEqual(
        events.map(({ at: _at, requestId: _id, ...rest }) => rest),
        [event],
      );
      assert.deepEqual(answer.headers["x-request-id"], [events[0]?.requestId]);
    }),
  ),
  behaviour("a credential in the URL has an event of its own, without the value (H-07)", async (host) => {
    const { events } = await asked(host, "GET", `/me?access_token=${tokenOf("alice")}`, {});
    assert.deepEqual(
      events.map(({ type }) => type),
      ["credential.in_url", "authentication.absent"],
    );
  }),
  behaviour("a request that succeeds has no event, and neither has one with invalid inputs", async (host) => {
    assert.deepEqual((await asked(host, "GET", "/me", alice)).events, []);
    assert.deepEqual((await asked(host, "GET", "/search", alice)).events, []);
    assert.deepEqual((await asked(host, "GET", "/nope", alice)).events, []);
  }),
  behaviour("an unavailable store and an unexpected error have an event each", async (host) => {
    const away = await asked(host, "GET", "/me", bearer(badToken("outage")));
    assert.deepEqual(
      away.events.map(({ type }) => type),
      ["error.unavailable"],
    );
    const crashed = await asked(host, "GET", "/crash", alice);
    assert.deepEqual(
      crashed.events.map(({ at: _at, requestId: _id, ...rest }) => rest),
      [{ type: "error.unexpected", route: "GET /crash", subjects: ["alice"], reason: "the handler: TypeError" }],
    );
  }),
];

async function asked(
  host: HostUnderTest,
  method: string,
  target: string,
  options: AskOptions,
): Promise<{ answer: Received; events: readonly AuditEvent[] }> {
  const answers: Received[] = [];
  const { events } = await host.observe(async () => answers.push(await host.ask(method, target, options)));
  const [answer] = answers;
  assert.ok(answer !== undefined);
  assert.ok(!JSON.stringify(events).includes(canary), "no secret in an event");
  return { answer, events };
}

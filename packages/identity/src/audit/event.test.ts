import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted } from "lockstep";
import { SignInRefused, signIn } from "../password/sign-in.ts";
import { testSettings } from "../settings.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { issueDevice } from "../throttle/device-cookie.ts";
import { newAccount } from "../throttle/throttle.fixture.ts";
import { Throttle } from "../throttle/throttle.ts";
import { listEvents } from "./audit-log.ts";
import { type IdentityEvent, type IdentityEventType, outcomeOf } from "./event.ts";
import { tableAudit } from "./table-audit.ts";

/** Names of members that would hold what no event may hold. */
type Telling =
  | "password"
  | "passwordHash"
  | "secret"
  | "token"
  | "accessToken"
  | "refreshToken"
  | "cookie"
  | "device"
  | "code"
  | "link"
  | "hash"
  | "email"
  | "mail"
  | "username"
  | "ip"
  | "address"
  | "userAgent"
  | "connection";

type MemberOf<E> = E extends unknown ? keyof E : never;
/** `never`, unless an event has a member of such a name. */
type Told = Extract<MemberOf<IdentityEvent>, Telling>;
/** `never`, unless an event has a member that is neither a short text, a number, nor a few of them. */
type Large<E> = E extends unknown
  ? { [N in keyof E]-?: E[N] extends string | number | readonly string[] | undefined ? never : N }[keyof E]
  : never;

test("no event has a member for a secret or an address, or for a whole object (checked by the compiler) (I-05)", () => {
  const told: readonly Told[] = [] satisfies readonly never[];
  const isNever: [Told] extends [never] ? true : false = true;
  const isSmall: [Large<IdentityEvent>] extends [never] ? true : false = true;
  // The control: the types would notice.
  const isNoticed: [Extract<MemberOf<IdentityEvent>, Telling | "subject">] extends [never] ? true : false = false;
  assert.deepEqual([told.length, isNever, isSmall, isNoticed], [0, true, true, false]);
});

test("types named refused, failed or limited are failures; all others are successes", () => {
  const failures: readonly IdentityEventType[] = [
    "sign_in.failed",
    "throttle.limited",
    "throttle.spraying",
    "token.refused",
    "refresh.reuse",
  ];
  const successes: readonly IdentityEventType[] = ["account.created", "sign_in.succeeded", "session.ended", "signing_key.retired"];
  assert.deepEqual(
    failures.map(outcomeOf),
    failures.map(() => "failure"),
  );
  assert.deepEqual(
    successes.map(outcomeOf),
    successes.map(() => "success"),
  );
});

describeOnEach("events of signing in", (database) => {
  test("contain no password, address, device or network, also if the attempt is throttled (I-05)", async (t) => {
    const written = t.mock.method(console, "error", () => {});
    const { settings, events } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const username = "canary-name@example.test";
    const device = issueDevice(settings, await newAccount(settings.database, username));
    const attempts = ["canary-name@example.test", "canary-stranger@example.test"].flatMap((name) =>
      [device, undefined].flatMap((cookie) => Array.from({ length: 7 }, () => ({ username: name, device: cookie }))),
    );
    for (const attempt of attempts) {
      const connection = {
        requestId: "request-1",
        address: "203.0.113.77",
        secure: true,
        userAgent: "canary-agent",
        signal: new AbortController().signal,
      };
      const refused = signIn({ ...attempt, connection, password: new Redacted("canary-password-canary") }, { settings, throttle });
      await assert.rejects(
        refused,
        (error) => error instanceof SignInRefused || (error instanceof Error && error.name === "Problem"),
      );
    }
    const types = new Set(events.map(({ type }) => type));
    assert.deepEqual([...types].toSorted(), ["sign_in.failed", "throttle.limited"]);
    const table = tableAudit(settings.database);
    for (const event of events) table.sink(event, { address: "203.0.113.77" });
    await table.close();
    const rows = await settings.database.run(listEvents({ limit: 1000 }));
    // Failures without a subject are counted.
    assert.equal(
      rows.reduce((sum, { details: { count } }) => sum + (typeof count === "number" ? count : 1), 0),
      events.length,
    );
    const all = JSON.stringify([events, rows, written.mock.calls]);
    for (const secret of [/canary/, /203\.0/, /example/, new RegExp(device.slice(0, 20))]) assert.doesNotMatch(all, secret);
  });
});

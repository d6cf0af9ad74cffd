import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { OAuthError, Redacted } from "lockstep";
import { identityKey } from "../secret/identity-key.ts";
import type { Settings } from "../settings.ts";
import { listEvents } from "../audit/audit-log.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import type { TokenAnswer } from "./grant.ts";
import { refreshTokenGrant } from "./refresh-token-grant.ts";
import { removeExpiredRefreshTokens } from "./refresh-token-store.ts";
import {
  fiftyTimes,
  isGood,
  type Desk,
  type DeskOptions,
  eventsOf,
  openDesk,
  refresh,
  refreshRequest,
  refused,
  textIn,
  tokensOf,
} from "./token-desk.fixture.ts";

describeOnEach("A refresh token that is used again", (database) => {
  test("a token that is used again after the window ends the family with its access tokens (A-20)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const first = await desk.signIn();
    const second = tokensOf(await refresh(desk, first.refresh));
    const other = await desk.signIn();
    desk.clock.advance(10);
    assert.equal(await isGood(desk, second.access), true);
    refused(await refresh(desk, first.refresh), "invalid_grant");
    refused(await refresh(desk, second.refresh), "invalid_grant");
    assert.equal(await isGood(desk, first.access), false);
    assert.equal(await isGood(desk, second.access), false);
    assert.equal(eventsOf(desk, "refresh.reuse"), 1);
    // The positive control: another session of the same user goes on.
    assert.equal(await isGood(desk, other.access), true);
    tokensOf(await refresh(desk, other.refresh));
  });

  test("within the window the same successor is returned again, until it is used (A-20)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const first = await desk.signIn();
    const second = tokensOf(await refresh(desk, first.refresh));
    desk.clock.now += 9_999;
    const again = tokensOf(await refresh(desk, first.refresh));
    assert.equal(again.refresh, second.refresh);
    assert.equal(await isGood(desk, again.access), true);
    const third = tokensOf(await refresh(desk, second.refresh));
    refused(await refresh(desk, first.refresh), "invalid_grant");
    refused(await refresh(desk, third.refresh), "invalid_grant");
    assert.equal(eventsOf(desk, "refresh.reuse"), 1);
  });

  test("with a window of 0, nothing is returned again, even in the same millisecond or if the clock goes back", async (t) => {
    const desk = await openDesk(t, await database.open(t), { lifetimes: { refreshReuseWindowSeconds: 0 } });
    const first = await desk.signIn();
    tokensOf(await refresh(desk, first.refresh));
    refused(await refresh(desk, first.refresh), "invalid_grant");
    const other = await desk.signIn();
    tokensOf(await refresh(desk, other.refresh));
    desk.clock.advance(-5);
    refused(await refresh(desk, other.refresh), "invalid_grant");
    assert.equal(eventsOf(desk, "refresh.reuse"), 2);
  });

  test("of fifty uses at once without a window, at most one succeeds, and the family ends (A-21)", async (t) => {
    const desk = await openDesk(t, await database.open(t), { lifetimes: { refreshReuseWindowSeconds: 0 } });
    const first = await desk.signIn();
    const answers = await fiftyTimes(() => refresh(desk, first.refresh));
    const successes = answers.filter(({ status }) => status === 200);
    assert.equal(successes.length, 1);
    for (const answer of answers) if (answer.status !== 200) refused(answer, "invalid_grant");
    for (const answer of successes) {
      assert.equal(await isGood(desk, tokensOf(answer).access), false);
      refused(await refresh(desk, tokensOf(answer).refresh), "invalid_grant");
    }
    assert.equal(await isGood(desk, first.access), false);
    assert.equal(eventsOf(desk, "refresh.reuse"), 1);
  });

  test("of fifty uses at once within the window, two get the same successor, which works, and the family goes on (A-21)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const first = await desk.signIn();
    const answers = await fiftyTimes(() => refresh(desk, first.refresh));
    const good = answers.filter(({ status }) => status === 200);
    assert.equal(good.length, 2);
    for (const answer of answers) if (!good.includes(answer)) refused(answer, "invalid_grant");
    const successors = new Set(good.map((answer) => tokensOf(answer).refresh));
    assert.equal(successors.size, 1);
    for (const answer of good) assert.equal(await isGood(desk, textIn(answer, "access_token")), true);
    tokensOf(await refresh(desk, [...successors][0] ?? ""));
    assert.deepEqual([eventsOf(desk, "refresh.replayed"), eventsOf(desk, "refresh.reuse")], [1, 0]);
  });

  test("a replay within the window is an event, and is allowed once per family and minute", async (t) => {
    const opened = await database.open(t);
    const desk = await openDesk(t, opened);
    const first = await desk.signIn();
    const second = tokensOf(await refresh(desk, first.refresh));
    assert.equal(eventsOf(desk, "refresh.replayed"), 0);
    assert.equal(tokensOf(await refresh(desk, first.refresh)).refresh, second.refresh);
    const { account, ...event } = replayOf(desk);
    assert.deepEqual([event, account], [{ type: "refresh.replayed", outcome: "success" }, desk.alice.id]);
    // It is in the table too, in the transaction of the replay.
    const stored = await opened.run(listEvents({ limit: 10, subject: desk.alice.id, type: "refresh.replayed" }));
    assert.equal(stored.length, 1);

    // A second replay is refused. The family goes on: a third tab is not a thief, and a thief gains nothing.
    refused(await refresh(desk, first.refresh), "invalid_grant");
    const third = tokensOf(await refresh(desk, second.refresh));
    // The limit concerns the family, not the token.
    refused(await refresh(desk, second.refresh), "invalid_grant");
    assert.equal(await isGood(desk, third.access), true);
    // Another family has its own, and a minute later this one has another.
    const other = await desk.signIn();
    tokensOf(await refresh(desk, other.refresh));
    tokensOf(await refresh(desk, other.refresh));
    desk.clock.advance(60);
    const fourth = tokensOf(await refresh(desk, third.refresh));
    assert.equal(tokensOf(await refresh(desk, third.refresh)).refresh, fourth.refresh);
    assert.deepEqual([eventsOf(desk, "refresh.replayed"), eventsOf(desk, "refresh.reuse")], [3, 0]);
    const reasons = desk.events.flatMap((each) => (each.type === "token.refused" ? [each.reason] : []));
    assert.deepEqual(reasons, ["replayed_too_often", "replayed_too_often"]);
  });

  test("if IDENTITY_KEY is replaced within the window, the same successor is returned as long as the old key is configured", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const first = await desk.signIn();
    const second = tokensOf(await refresh(desk, first.refresh));
    const current = identityKey(new Redacted(randomBytes(32).toString("base64url")));
    const under = (previous: Settings["keys"]["previous"]): Promise<TokenAnswer> => {
      const settings = { ...desk.settings, keys: { current, previous } };
      return refreshTokenGrant(refreshRequest(first.refresh), { ...desk, settings });
    };
    assert.equal((await under([desk.settings.keys.current])).refresh_token, second.refresh);
    await assert.rejects(under([]), (error) => error instanceof OAuthError && error.code === "invalid_grant");
    assert.equal(eventsOf(desk, "refresh.reuse"), 1);
    assert.equal(await isGood(desk, second.access), false);
  });
});

/** The replay that was reported. */
function replayOf({ events }: Pick<Desk, "events">) {
  const found = events.find((event) => event.type === "refresh.replayed");
  assert.ok(found);
  return { type: found.type, outcome: found.outcome, account: found.subject };
}

const lost: DeskOptions = { settings: { refreshReuse: "until-successor-is-used" } };

describeOnEach("A refresh token whose answer was lost", (database) => {
  test("gets the same successor again, however late, as long as nobody used it", async (t) => {
    const desk = await openDesk(t, await database.open(t), lost);
    const first = await desk.signIn();
    const second = tokensOf(await refresh(desk, first.refresh));
    for (const seconds of [61, 86_400, 12 * 86_400]) {
      desk.clock.advance(seconds);
      const again = tokensOf(await refresh(desk, first.refresh));
      assert.equal(again.refresh, second.refresh);
      assert.equal(await isGood(desk, again.access), true);
    }
    tokensOf(await refresh(desk, second.refresh));
    assert.deepEqual([eventsOf(desk, "refresh.replayed"), eventsOf(desk, "refresh.reuse")], [3, 0]);
  });

  test("may try again at once and several times; the event is reported once a minute", async (t) => {
    const desk = await openDesk(t, await database.open(t), lost);
    const first = await desk.signIn();
    const answers = await fiftyTimes(() => refresh(desk, first.refresh));
    assert.equal(new Set(answers.map((answer) => tokensOf(answer).refresh)).size, 1);
    for (const answer of answers) assert.equal(await isGood(desk, tokensOf(answer).access), true);
    assert.equal(eventsOf(desk, "refresh.replayed"), 1);
    desk.clock.advance(60);
    tokensOf(await refresh(desk, first.refresh));
    assert.deepEqual([eventsOf(desk, "refresh.replayed"), eventsOf(desk, "refresh.reuse")], [2, 0]);
  });

  test("ends its family once the successor was used, even a moment later (A-20)", async (t) => {
    const desk = await openDesk(t, await database.open(t), lost);
    const first = await desk.signIn();
    const second = tokensOf(await refresh(desk, first.refresh));
    const third = tokensOf(await refresh(desk, second.refresh));
    assert.equal(await isGood(desk, third.access), true, "the control");
    refused(await refresh(desk, first.refresh), "invalid_grant");
    refused(await refresh(desk, third.refresh), "invalid_grant");
    for (const { access } of [first, second, third]) assert.equal(await isGood(desk, access), false);
    assert.deepEqual([eventsOf(desk, "refresh.replayed"), eventsOf(desk, "refresh.reuse")], [0, 1]);
  });

  test("ends its family if fifty present it while fifty use its successor, and no other family (A-21)", async (t) => {
    const desk = await openDesk(t, await database.open(t), lost);
    const other = await desk.signIn();
    const first = await desk.signIn();
    const second = tokensOf(await refresh(desk, first.refresh));
    const [parents, successors] = await Promise.all([
      fiftyTimes(() => refresh(desk, first.refresh)),
      fiftyTimes(() => refresh(desk, second.refresh)),
    ]);
    // Whatever the order, a parent gets its own successor or nothing, and a successor the one that comes after it.
    const kinds = [parents, successors].map((answers) => answers.filter(({ status }) => status === 200).map(tokensOf));
    for (const { refresh: next } of kinds[0] ?? []) assert.equal(next, second.refresh);
    assert.ok(new Set((kinds[1] ?? []).map((each) => each.refresh)).size <= 1);
    // One more use of the parent after the successor's: it is over in any case.
    refused(await refresh(desk, first.refresh), "invalid_grant");
    for (const { access } of kinds.flat()) assert.equal(await isGood(desk, access), false);
    assert.equal(eventsOf(desk, "refresh.reuse"), 1);
    assert.equal(await isGood(desk, other.access), true);
    tokensOf(await refresh(desk, other.refresh));
  });

  test("is refused once the successor has expired, its session is over, or it belongs to another client", async (t) => {
    const opened = await database.open(t);
    const desk = await openDesk(t, opened, lost);
    const [first, ended] = [await desk.signIn(), await desk.signIn()];
    await desk.client({ id: "spa", authentication: "none", grants: ["password", "refresh_token"] });
    for (const each of [first, ended]) tokensOf(await refresh(desk, each.refresh));
    refused(await refresh(desk, first.refresh, { client_id: "spa" }), "invalid_grant");
    await desk.post("/auth/revoke", { token: ended.refresh });
    refused(await refresh(desk, ended.refresh), "invalid_grant");
    desk.clock.advance(14 * 86_400 - 1);
    // The parent is kept as long as its successor.
    await opened.run(removeExpiredRefreshTokens(desk.clock.now, 100));
    tokensOf(await refresh(desk, first.refresh));
    desk.clock.advance(1);
    refused(await refresh(desk, first.refresh), "invalid_grant");
    // Coming back too late is not theft.
    assert.equal(eventsOf(desk, "refresh.reuse"), 0);
    const reasons = desk.events.flatMap((each) => (each.type === "token.refused" ? [each.reason] : []));
    assert.deepEqual(reasons, ["another_client", "ended", "expired"]);
  });

  test("is reuse in the same place without the option: only the option changes it", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const first = await desk.signIn();
    tokensOf(await refresh(desk, first.refresh));
    desk.clock.advance(61);
    refused(await refresh(desk, first.refresh), "invalid_grant");
    assert.equal(await isGood(desk, first.access), false);
    assert.equal(eventsOf(desk, "refresh.reuse"), 1);
  });
});

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { OAuthError, Redacted } from "lockstep";
import { identityKey } from "../secret/identity-key.ts";
import type { Settings } from "../settings.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import type { TokenAnswer } from "./grant.ts";
import { refreshTokenGrant } from "./refresh-token-grant.ts";
import {
  fiftyTimes,
  isGood,
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

  test("fifty uses at once within the window all get the same successor, which works (A-21)", async (t) => {
    const desk = await openDesk(t, await database.open(t));
    const first = await desk.signIn();
    const answers = await fiftyTimes(() => refresh(desk, first.refresh));
    const successors = new Set(answers.map((answer) => tokensOf(answer).refresh));
    assert.equal(successors.size, 1);
    for (const answer of answers) assert.equal(await isGood(desk, textIn(answer, "access_token")), true);
    tokensOf(await refresh(desk, [...successors][0] ?? ""));
    assert.equal(eventsOf(desk, "refresh.reuse"), 0);
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

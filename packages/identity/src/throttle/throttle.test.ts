import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "lockstep";
import { testSettings as anySettings, type TestSettings } from "../settings.fixture.ts";
import type { Database } from "../store/database.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { issueDevice } from "./device-cookie.ts";
import {
  attempt,
  busy,
  countEvaluated,
  crowd,
  ended,
  from,
  isEvaluated,
  networkNumber,
  newAccount,
  right,
  signIn,
  useUp,
  waitOf,
  wrong,
} from "./throttle.fixture.ts";
import { Throttle } from "./throttle.ts";

const ann = "ann@example.test";

/** Settings for a host that tells the client's address. */
function testSettings(database: Database): TestSettings {
  return anySettings(database, { clientAddress: "known" });
}

describeOnEach("signing in is limited", (database) => {
  test("100 wrong attempts on one account from 100 networks: five are evaluated, the others wait (L-03)", async (t) => {
    const { settings, events } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const evaluated: boolean[] = [];
    for (let count = 0; count < 100; count += 1) evaluated.push(await isEvaluated(throttle));
    assert.deepEqual(
      evaluated,
      Array.from({ length: 100 }, (_, count) => count < 5),
    );
    assert.equal(await isEvaluated(throttle, attempt({ username: "bob@example.test" })), true);
    assert.deepEqual(
      events.map(({ id: _id, at: _at, ...event }) => event),
      [{ type: "throttle.limited", outcome: "failure", requestId: "request-1", what: "sign_in", bucket: "account" }],
    );
  });

  test("of 100 guesses at once 20 are evaluated, on however many nodes, and then none for an hour (L-13)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const nodes = database.kind === "postgres" ? [new Throttle(settings), new Throttle(settings)] : [new Throttle(settings)];
    const guesses = crowd(100, (work, index) => signIn(nodes[index % nodes.length] ?? assert.fail(), attempt(), work));
    assert.equal((await guesses.open()).filter((how) => how === "evaluated").length, 20);
    assert.equal(guesses.evaluated(), 20);
    assert.equal(await waitOf(signIn(nodes[0] ?? assert.fail())), 3600);
  });

  test("however fast guesses end, at most 24 are evaluated before the wait (L-13)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const evaluated = await countEvaluated(Array.from({ length: 200 }, () => signIn(throttle)));
    assert.ok(evaluated >= 5 && evaluated <= 24, String(evaluated));
    assert.ok((await waitOf(signIn(throttle))) >= 60);
  });

  test("20 honest attempts on one account from one place at once all pass, again and again", async (t) => {
    const { settings, events } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    for (let round = 0; round < 5; round += 1) {
      const made = attempt({ connection: from("192.0.2.1"), password: "the right password" });
      const honest = crowd(20, (work) => signIn(throttle, made, work), right);
      assert.equal((await honest.open()).filter((how) => how === "evaluated").length, 20);
    }
    assert.deepEqual(events, []);
  });

  test("an attempt that a busy server did not evaluate is not counted", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    for (let count = 0; count < 50; count += 1) await assert.rejects(throttle.signIn(attempt(), busy), { name: "Unavailable" });
    assert.equal(await waitOf(signIn(throttle)), 0);
  });

  test("an IPv4 address is limited, whatever names it tries; its neighbours are not (L-10)", async (t) => {
    const { settings, events } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const spray = (count: number) => attempt({ username: `user${count}@example.test`, connection: from("192.0.2.1") });
    const guesses = Array.from({ length: 60 }, (_, count) => signIn(throttle, spray(count)));
    assert.equal(await countEvaluated(guesses), 30);
    assert.equal(await isEvaluated(throttle, attempt({ username: "x@example.test", connection: from("192.0.2.1") })), false);
    assert.equal(await isEvaluated(throttle, attempt({ username: "x@example.test", connection: from("192.0.2.200") })), true);
    assert.deepEqual(
      events.map((event) => event.type === "throttle.limited" && event.bucket),
      ["network"],
    );
  });

  test("all addresses of a /24, and all networks of a /48, are limited together at ten times as many (L-10)", async (t) => {
    const { settings, events } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    for (const [address, another, elsewhere] of [
      [(count: number) => `192.0.2.${count % 256}`, "192.0.2.255", "192.0.3.1"],
      [(count: number) => `2001:db8:1:${count.toString(16)}::1`, "2001:db8:1:ffff::1", "2001:db8:2::1"],
    ] as const) {
      let evaluated = 0;
      for (let count = 0; count < 310; count += 1) {
        const made = attempt({ username: `${address(count)}.${count}@example.test`, connection: from(address(count)) });
        if (await isEvaluated(throttle, made)) evaluated += 1;
      }
      assert.equal(evaluated, 300);
      assert.equal(await isEvaluated(throttle, attempt({ username: another, connection: from(another) })), false);
      assert.equal(await isEvaluated(throttle, attempt({ username: elsewhere, connection: from(elsewhere) })), true);
    }
    assert.deepEqual(
      events.map((event) => event.type === "throttle.limited" && event.bucket),
      ["wide_network", "wide_network"],
    );
  });

  test("attempts without an address are limited together (L-12)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings, { signIn: { network: { attempts: 3 } } });
    const names = Array.from({ length: 10 }, (_, count) => `user${count}@example.test`);
    const guesses = names.map((username) => signIn(throttle, attempt({ username, connection: from(undefined) })));
    assert.equal(await countEvaluated(guesses), 3);
  });

  test("with clientAddress: unknown accounts are limited, and all clients together (L-12)", async (t) => {
    const { settings } = anySettings(await database.open(t), { clientAddress: "unknown" });
    const throttle = new Throttle(settings, { signIn: { network: { attempts: 1 }, wideNetwork: { attempts: 20 } } });
    await useUp(throttle, ann);
    assert.equal(await isEvaluated(throttle), false);
    const spray = (count: number) => attempt({ username: `user${count}@example.test`, connection: from(networkNumber(count)) });
    let evaluated = 5;
    for (let count = 0; count < 30; count += 1) if (await isEvaluated(throttle, spray(count))) evaluated += 1;
    assert.equal(evaluated, 20);
    const device = issueDevice(settings, await newAccount(settings.database, ann));
    assert.equal(await isEvaluated(throttle, attempt({ device })), true);
  });

  test("one password on 500 accounts from 100 networks is stopped after 50, known devices excepted (L-02)", async (t) => {
    const { settings, events } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const password = "Summer 2026 Summer 2026";
    const spray = (count: number) =>
      attempt({ username: `user${count}@example.test`, password, connection: from(networkNumber(count % 100)) });
    let evaluated = 0;
    for (let count = 0; count < 500; count += 1) if (await isEvaluated(throttle, spray(count))) evaluated += 1;
    assert.equal(evaluated, 50);
    assert.deepEqual(
      events.filter(({ type }) => type === "throttle.spraying").map((event) => "what" in event && event.what),
      ["sign_in"],
    );
    const id = await newAccount(settings.database, ann);
    assert.equal(await isEvaluated(throttle, attempt({ password })), false);
    assert.equal(await isEvaluated(throttle, attempt({ password, device: issueDevice(settings, id) })), true);
    // The control: other passwords on as many accounts are nobody's attack.
    assert.equal(await isEvaluated(throttle, attempt({ username: "user501@example.test" })), true);
  });

  test("a right password is not counted, however many accounts have it (L-02)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const password = "the password of the course";
    for (let count = 0; count < 120; count += 1) {
      assert.equal(await isEvaluated(throttle, attempt({ username: `user${count}@example.test`, password }), right), true);
    }
    assert.equal(await isEvaluated(throttle, attempt({ password })), true);
  });

  test("keeping an account throttled does not lock out its owner's device (L-04)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const id = await newAccount(settings.database, ann);
    const device = issueDevice(settings, id);
    await useUp(throttle, ann);
    assert.equal(await isEvaluated(throttle), false);
    for (let count = 0; count < 3; count += 1) assert.equal(await isEvaluated(throttle, attempt({ device })), true);
    // The same holds for the same address.
    for (let count = 0; count < 40; count += 1) {
      await signIn(throttle, attempt({ username: `user${count}@example.test`, connection: from("192.0.2.1") }));
    }
    assert.equal(await isEvaluated(throttle, attempt({ device, connection: from("192.0.2.1") })), true);
  });

  test("a right password on a known device forgets the failures on the account and on the device; a wrong one does not (L-04)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const device = issueDevice(settings, await newAccount(settings.database, ann));
    await useUp(throttle, ann);
    for (let count = 0; count < 4; count += 1) await signIn(throttle, attempt({ device }));
    assert.equal(await isEvaluated(throttle), false);
    assert.equal(await isEvaluated(throttle, attempt({ device }), right), true);
    for (let count = 0; count < 5; count += 1) assert.equal(await isEvaluated(throttle), true);
    for (let count = 0; count < 5; count += 1) assert.equal(await isEvaluated(throttle, attempt({ device })), true);
    assert.deepEqual([await isEvaluated(throttle), await isEvaluated(throttle, attempt({ device }))], [false, false]);
  });

  test("a device has its own limit, counts for its own account only, and two devices do not share (L-04)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings, { signIn: { device: { atOnce: 5 } } });
    const id = await newAccount(settings.database, ann);
    const other = await newAccount(settings.database, "bob@example.test");
    await useUp(throttle, ann);
    const [stolen, own, foreign] = [issueDevice(settings, id), issueDevice(settings, id), issueDevice(settings, other)];
    const guesses = crowd(100, (work) => signIn(throttle, attempt({ device: stolen }), work));
    assert.equal((await guesses.open()).filter((how) => how === "evaluated").length, 5);
    assert.equal(await isEvaluated(throttle, attempt({ device: own })), true);
    for (const device of [foreign, "", "garbage", `${own}x`]) {
      assert.equal(await isEvaluated(throttle, attempt({ device })), false, device);
    }
  });

  test("the answer is the same for an account that exists and one that does not, with and without a device (L-05)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const device = issueDevice(settings, await newAccount(settings.database, ann));
    const answers: unknown[] = [];
    for (const [username, cookie] of [
      [ann, undefined],
      ["nobody@example.test", undefined],
      ["nobody2@example.test", device],
    ] as const) {
      await useUp(throttle, username);
      const refused = await signIn(throttle, attempt({ username, device: cookie }));
      assert.ok(refused instanceof Problem);
      answers.push({
        status: refused.status,
        code: refused.code,
        detail: refused.detail,
        headers: refused.headers,
        members: refused.members,
      });
    }
    assert.deepEqual(answers[1], answers[0]);
    assert.deepEqual(answers[2], answers[0]);
    assert.deepEqual(answers[0], {
      status: 429,
      code: "too_many_requests",
      detail: "There were too many attempts. Try again later.",
      headers: { "retry-after": "60", ratelimit: '"sign_in";r=0;t=60', "ratelimit-policy": '"sign_in";q=5;w=86400' },
      members: {},
    });
  });

  test("every spelling of a name is counted as one; a +tag is another address (L-11)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    await useUp(throttle, ann);
    const wide = "ａｎｎ＠ｅｘａｍｐｌｅ．ｔｅｓｔ";
    for (const username of [
      "ANN@EXAMPLE.TEST",
      " ann@example.test ",
      "ann@example.test\0",
      "ann\u200b@example.test",
      "an n@example.test\n",
      wide,
    ]) {
      assert.equal(await isEvaluated(throttle, attempt({ username })), false, JSON.stringify(username));
    }
    for (const username of [
      "ann+tag@example.test",
      "ann%00@example.test",
      "anne@example.test",
      "",
      "\ud800",
      "x".repeat(100_000),
    ]) {
      assert.equal(await isEvaluated(throttle, attempt({ username })), true, JSON.stringify(username.slice(0, 40)));
    }
  });

  test("the success of one account does not touch the counters of another, nor the failures on its own (L-15)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings, { signIn: { network: { attempts: 6 } } });
    const connection = from("192.0.2.1");
    const fail = (username: string) => signIn(throttle, attempt({ username, connection }));
    for (let count = 0; count < 4; count += 1) await fail(ann);
    for (let count = 0; count < 20; count += 1) {
      await signIn(throttle, attempt({ username: "bob@example.test", connection }), right);
    }
    await signIn(throttle, attempt(), right);
    assert.equal(await fail(ann), "evaluated");
    assert.ok((await waitOf(signIn(throttle))) > 0, "the account is at its limit");
    assert.equal(await fail("bob@example.test"), "evaluated");
    assert.ok((await waitOf(fail("bob@example.test"))) > 60, "the network is at its limit");
  });

  test("after a password reset by mail the account starts with no failures", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    await useUp(throttle, ann);
    await useUp(throttle, "bob@example.test");
    await throttle.passwordReplaced("Ann@Example.test");
    assert.equal(await isEvaluated(throttle), true);
    assert.equal(await isEvaluated(throttle, attempt({ username: "bob@example.test" })), false);
  });
});

describeOnEach("other actions are limited", (database) => {
  test("mails to one address, however it is written, from however many networks", async (t) => {
    const { settings, events } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const forgot = (key: string, count: number) => ended(throttle.count("forgot", { connection: from(networkNumber(count)), key }));
    const attempts = Array.from({ length: 20 }, (_, count) => forgot(count % 2 === 0 ? ann : " ANN@example.test", count));
    assert.equal(await countEvaluated(attempts), 3);
    assert.equal(await forgot("bob@example.test", 99), "evaluated");
    assert.equal(await ended(throttle.count("register", { connection: from("10.9.9.9"), key: ann })), "evaluated");
    assert.deepEqual(
      events.map((event) => event.type === "throttle.limited" && [event.what, event.bucket]),
      [["forgot", "key"]],
    );
  });

  test("each action from a network, apart from the others; failures are judged first", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const limit = { network: { attempts: 2 } };
    const throttle = new Throttle(settings, { register: limit, forgot: limit, link: limit, client: limit });
    const connection = from("192.0.2.1");
    for (const action of ["register", "forgot"] as const) {
      const attempts = Array.from({ length: 10 }, (_, count) => ended(throttle.count(action, { connection, key: `${count}` })));
      assert.equal(await countEvaluated(attempts), 2, action);
      assert.equal(await ended(throttle.count(action, { connection: from("192.0.2.2"), key: "next" })), "evaluated");
    }
    for (const action of ["link", "client"] as const) {
      const attempts = Array.from({ length: 10 }, () => ended(throttle.failed(action, connection)));
      assert.equal(await countEvaluated(attempts), 2, action);
      assert.equal(await ended(throttle.failed(action, from("192.0.2.2"))), "evaluated");
    }
  });

  test("wrong passwords beside another credential, for one account from however many networks; right ones are not counted", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    let count = 0;
    const ask = (key: string, outcome: typeof wrong) => {
      count += 1;
      const origin = { connection: from(networkNumber(count)), key };
      return ended(throttle.password(origin, () => outcome({ isKnownDevice: false })));
    };
    for (let times = 0; times < 30; times += 1) await ask("account", right);
    assert.equal(await countEvaluated(Array.from({ length: 20 }, () => ask("account", wrong))), 10);
    assert.equal(await ask("another", wrong), "evaluated");
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "lockstep";
import { testSettings } from "../settings.fixture.ts";
import { describeOnEach } from "../store/database.fixture.ts";
import { issueDevice } from "./device-cookie.ts";
import { attempt, countAllowed, from, mayGoOn, networkNumber, newAccount, outcome, useUp, waitOf } from "./throttle.fixture.ts";
import { Throttle } from "./throttle.ts";

const ann = "ann@example.test";

describeOnEach("signing in is limited", (database) => {
  test("100 wrong attempts on one account from 100 networks: five are evaluated, the others wait (L-03)", async (t) => {
    const { settings, events } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const allowed: boolean[] = [];
    for (let count = 0; count < 100; count += 1) allowed.push(await mayGoOn(throttle.signIn(attempt())));
    assert.deepEqual(
      allowed,
      Array.from({ length: 100 }, (_, count) => count < 5),
    );
    assert.equal(await mayGoOn(throttle.signIn(attempt({ username: "bob@example.test" }))), true);
    assert.deepEqual(
      events.map(({ id: _id, at: _at, ...event }) => event),
      [{ type: "throttle.limited", outcome: "failure", requestId: "request-1", what: "sign_in", bucket: "account" }],
    );
  });

  test("of 100 attempts at once five are evaluated, on however many nodes (L-13)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const nodes = database.kind === "postgres" ? [new Throttle(settings), new Throttle(settings)] : [new Throttle(settings)];
    const attempts = Array.from({ length: 100 }, (_, count) => nodes[count % nodes.length]?.signIn(attempt()));
    assert.equal(await countAllowed(attempts.filter((each) => each !== undefined)), 5);
  });

  test("a network is limited, whatever names it tries; its neighbour is not", async (t) => {
    const { settings, events } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const spray = (count: number) => attempt({ username: `user${count}@example.test`, connection: from(`192.0.2.${count}`) });
    const allowed = await countAllowed(Array.from({ length: 60 }, (_, count) => throttle.signIn(spray(count))));
    assert.equal(allowed, 30);
    assert.equal(await mayGoOn(throttle.signIn(attempt({ username: "x@example.test", connection: from("192.0.3.1") }))), true);
    assert.deepEqual(
      events.map((event) => event.type === "throttle.limited" && event.bucket),
      ["network"],
    );
  });

  test("attempts without an address are limited together (L-12)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings, { signIn: { network: { attempts: 3 } } });
    const names = Array.from({ length: 10 }, (_, count) => `user${count}@example.test`);
    assert.equal(
      await countAllowed(names.map((username) => throttle.signIn(attempt({ username, connection: from(undefined) })))),
      3,
    );
  });

  test("one password on 500 accounts from 100 networks is stopped after 50, known devices excepted (L-02)", async (t) => {
    const { settings, events } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const password = "Summer 2026 Summer 2026";
    const spray = (count: number) =>
      attempt({ username: `user${count}@example.test`, password, connection: from(networkNumber(count % 100)) });
    let evaluated = 0;
    for (let count = 0; count < 500; count += 1) if (await mayGoOn(throttle.signIn(spray(count)))) evaluated += 1;
    assert.equal(evaluated, 50);
    assert.deepEqual(
      events.filter(({ type }) => type === "throttle.spraying").map((event) => "what" in event && event.what),
      ["sign_in"],
    );
    const id = await newAccount(settings.database, ann);
    assert.equal(await mayGoOn(throttle.signIn(attempt({ password }))), false);
    assert.equal(await mayGoOn(throttle.signIn(attempt({ password, device: issueDevice(settings, id) }))), true);
    // The control: other passwords on as many accounts are nobody's attack.
    assert.equal(await mayGoOn(throttle.signIn(attempt({ username: "user501@example.test" }))), true);
  });

  test("a right password is not counted, however many accounts have it (L-02)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    for (let count = 0; count < 120; count += 1) {
      const counted = await throttle.signIn(
        attempt({ username: `user${count}@example.test`, password: "the password of the course" }),
      );
      await counted.succeeded();
    }
    assert.equal(await mayGoOn(throttle.signIn(attempt({ password: "the password of the course" }))), true);
  });

  test("keeping an account throttled does not lock out its owner's device (L-04)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const id = await newAccount(settings.database, ann);
    const device = issueDevice(settings, id);
    await useUp(throttle, ann);
    assert.equal(await mayGoOn(throttle.signIn(attempt())), false);
    for (let count = 0; count < 3; count += 1) assert.equal(await mayGoOn(throttle.signIn(attempt({ device }))), true);
    // The same holds in the same network.
    for (let count = 0; count < 40; count += 1) {
      await outcome(throttle.signIn(attempt({ username: `user${count}@example.test`, connection: from("192.0.2.1") })));
    }
    assert.equal(await mayGoOn(throttle.signIn(attempt({ device, connection: from("192.0.2.2") }))), true);
  });

  test("a device has its own limit, counts for its own account only, and two devices do not share (L-04)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const id = await newAccount(settings.database, ann);
    const other = await newAccount(settings.database, "bob@example.test");
    await useUp(throttle, ann);
    const [stolen, own, foreign] = [issueDevice(settings, id), issueDevice(settings, id), issueDevice(settings, other)];
    const attempts = Array.from({ length: 100 }, () => throttle.signIn(attempt({ device: stolen })));
    assert.equal(await countAllowed(attempts), 5);
    assert.equal(await mayGoOn(throttle.signIn(attempt({ device: own }))), true);
    for (const device of [foreign, "", "garbage", `${own}x`]) {
      assert.equal(await mayGoOn(throttle.signIn(attempt({ device }))), false, device);
    }
  });

  test("the answer is the same for an account that exists and one that does not, with and without a device (L-05)", async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2026, 0, 1) });
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
      const refused = await outcome(throttle.signIn(attempt({ username, device: cookie })));
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
      assert.equal(await mayGoOn(throttle.signIn(attempt({ username }))), false, JSON.stringify(username));
    }
    for (const username of [
      "ann+tag@example.test",
      "ann%00@example.test",
      "anne@example.test",
      "",
      "\ud800",
      "x".repeat(100_000),
    ]) {
      assert.equal(await mayGoOn(throttle.signIn(attempt({ username }))), true, JSON.stringify(username.slice(0, 40)));
    }
  });

  test("the success of one account does not touch the counters of another, nor the failures on its own (L-15)", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings, { signIn: { network: { attempts: 6 } } });
    const connection = from("192.0.2.1");
    const fail = (username: string) => throttle.signIn(attempt({ username, connection }));
    for (let count = 0; count < 4; count += 1) await fail(ann);
    for (let count = 0; count < 20; count += 1) await (await fail("bob@example.test")).succeeded();
    await (await throttle.signIn(attempt())).succeeded();
    assert.equal(await mayGoOn(fail(ann)), true);
    assert.ok((await waitOf(throttle.signIn(attempt()))) > 0, "the account is at its limit");
    assert.equal(await mayGoOn(fail("bob@example.test")), true);
    assert.ok((await waitOf(fail("bob@example.test"))) > 60, "the network is at its limit");
  });

  test("after a password reset by mail the account starts with no failures", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    await useUp(throttle, ann);
    await useUp(throttle, "bob@example.test");
    await throttle.passwordReplaced("Ann@Example.test");
    assert.equal(await mayGoOn(throttle.signIn(attempt())), true);
    assert.equal(await mayGoOn(throttle.signIn(attempt({ username: "bob@example.test" }))), false);
  });
});

describeOnEach("other actions are limited", (database) => {
  test("mails to one address, however it is written, from however many networks", async (t) => {
    const { settings, events } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const forgot = (key: string, count: number) => throttle.count("forgot", { connection: from(networkNumber(count)), key });
    const attempts = Array.from({ length: 20 }, (_, count) => forgot(count % 2 === 0 ? ann : " ANN@example.test", count));
    assert.equal(await countAllowed(attempts), 3);
    assert.equal(await mayGoOn(forgot("bob@example.test", 99)), true);
    assert.equal(await mayGoOn(throttle.count("register", { connection: from("10.9.9.9"), key: ann })), true);
    assert.deepEqual(
      events.map((event) => event.type === "throttle.limited" && [event.what, event.bucket]),
      [["forgot", "key"]],
    );
  });

  test("each action from a network, apart from the others", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const limit = { network: { attempts: 2 } };
    const throttle = new Throttle(settings, { register: limit, forgot: limit, link: limit, client: limit, password: limit });
    for (const action of ["register", "forgot", "link", "client", "password"] as const) {
      const attempts = Array.from({ length: 10 }, (_, count) =>
        throttle.count(action, { connection: from("192.0.2.1"), key: `${action} ${count}` }),
      );
      assert.equal(await countAllowed(attempts), 2, action);
    }
  });

  test("a client's id is not limited: anybody could lock it out", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const attempts = Array.from({ length: 200 }, (_, count) =>
      throttle.count("client", { connection: from(networkNumber(count)), key: "backup" }),
    );
    assert.equal(await countAllowed(attempts), 200);
  });

  test("an attempt that succeeds is given back", async (t) => {
    const { settings } = testSettings(await database.open(t));
    const throttle = new Throttle(settings);
    const change = () => throttle.count("password", { connection: from("192.0.2.1"), key: "account" });
    for (let count = 0; count < 30; count += 1) await (await change()).succeeded();
    assert.equal(await countAllowed(Array.from({ length: 20 }, change)), 10);
  });
});

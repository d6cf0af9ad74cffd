import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { Redacted, secret } from "../../secret/redacted.ts";
import { eventually } from "../../testing/eventually.ts";
import * as f from "../../token/token.fixture.ts";
import { type Answer, type Asked, json, TestIssuer } from "../test-issuer.fixture.ts";
import { away, Heard, receiverId, securityEvent } from "./event.fixture.ts";
import { type EventPolling, pollSecurityEvents, type PollSecurityEventsOptions } from "./event-polling.ts";
import type { TransmitterOptions } from "./transmitter.ts";

// Before the timers of the issuer are restored.
afterEach(() => mock.restoreAll());

const issuer = new TestIssuer();
const heard = new Heard(issuer);

/** A request of the poller. */
interface Poll {
  readonly maxEvents: number;
  readonly returnImmediately: boolean;
  readonly ack?: readonly string[];
  readonly setErrs?: Readonly<Record<string, { readonly err: string; readonly description: string }>>;
}

/** A stream of a transmitter that keeps each event until it is acknowledged or refused. */
class Stream {
  readonly polls: Poll[] = [];
  readonly waiting = new Map<string, unknown>();
  readonly errors = new Map<string, string>();
  /** How the next requests are answered instead; their acknowledgements are lost. */
  readonly failures: Answer[] = [];

  readonly answer: Answer = (asked, response) => {
    // TestIssuer reads bodies as forms: a JSON text without "=" and "&" is the name of the only field.
    const [text = ""] = asked.form.keys();
    const poll = JSON.parse(text) as Poll;
    this.polls.push(poll);
    const failure = this.failures.shift();
    if (failure !== undefined) {
      failure(asked, response);
      return;
    }
    for (const jti of [...(poll.ack ?? []), ...Object.keys(poll.setErrs ?? {})]) this.waiting.delete(jti);
    for (const [jti, { err }] of Object.entries(poll.setErrs ?? {})) this.errors.set(jti, err);
    this.send(asked, response, poll.maxEvents);
  };

  readonly send = (asked: Asked, response: ServerResponse, most = 10): void => {
    const sets = Object.fromEntries([...this.waiting].slice(0, most));
    json({ sets, moreAvailable: this.waiting.size > most })(asked, response);
  };

  add(jti: string, claims: Readonly<Record<string, unknown>> = {}, header: Readonly<Record<string, unknown>> = {}): void {
    this.waiting.set(jti, securityEvent(issuer, { jti, ...claims }, header));
  }
}

let stream: Stream;
let polling: EventPolling | undefined;

beforeEach(() => {
  heard.clear();
  stream = new Stream();
  issuer.answers["/poll"] = stream.answer;
});
afterEach(async () => {
  await polling?.close();
  polling = undefined;
});

function transmitter(over: object = {}): TransmitterOptions {
  const { issuer: name, allowLoopback } = issuer.common;
  return { issuer: name, audience: receiverId, algorithms: ["ES256"], allowLoopback, ...over };
}

function start(over: Partial<PollSecurityEventsOptions> = {}): void {
  polling = pollSecurityEvents({
    ...heard.options,
    transmitter: transmitter(),
    endpoint: `${issuer.origin}/poll`,
    token: secret("a token of the stream"),
    ...over,
  });
}

/** Waits until this number of polls have been answered and nothing is under way, and returns the last one. */
async function polled(count: number): Promise<Poll> {
  await eventually(() => stream.polls.length >= count && isWaiting(), 30_000, `poll ${count}`);
  assert.equal(stream.polls.length, count);
  const last = stream.polls.at(-1);
  assert.ok(last);
  return last;
}

let waits: number[] = [];
/** Whether the poller waits for its next time. */
const isWaiting = (): boolean => waits.length > 0;

/** Lets the time pass for which the poller waits, and returns it in milliseconds. */
function passWait(): number {
  const [wait = 0] = waits;
  waits = [];
  mock.timers.tick(wait);
  return wait;
}

beforeEach(() => {
  waits = [];
  const { setTimeout } = globalThis;
  mock.method(globalThis, "setTimeout", (run: () => void, ms: number) => {
    // Only waits of the poller: requests have timers, too, and so may other files of the same process.
    if (String(run).includes("this.#underWay")) waits.push(ms);
    return setTimeout(run, ms);
  });
});

const jtis = (): readonly string[] => heard.events.map(({ jti }) => jti);

describe("polling for security events (RFC 8936)", () => {
  test("hands over all that is there at once, acknowledges it with the next request, and then waits", async () => {
    for (let count = 1; count <= 12; count += 1) stream.add(`e${count}`);
    start();
    const last = await polled(3);
    assert.deepEqual(
      jtis(),
      Array.from({ length: 12 }, (_, index) => `e${index + 1}`),
    );
    assert.deepEqual(stream.polls[0], { maxEvents: 10, returnImmediately: true });
    assert.deepEqual(stream.polls[1]?.ack, jtis().slice(0, 10));
    assert.deepEqual(last.ack, ["e11", "e12"]);
    assert.equal(stream.waiting.size, 0);
    assert.equal(issuer.asked.find(({ path }) => path === "/poll")?.authorization, "Bearer a token of the stream");
    assert.equal(passWait(), 5000);
    assert.equal((await polled(4)).ack, undefined);
    stream.add("e13");
    assert.equal(passWait(), 5000);
    assert.deepEqual((await polled(6)).ack, ["e13"]);
    assert.deepEqual(heard.problems, []);
  });

  test("reports tokens that are wrong, with the codes of RFC 8935, and hands over the others", async () => {
    stream.add("bad-audience", { aud: "x" });
    stream.add("bad-type", {}, { typ: "JWT" });
    stream.add("good");
    stream.add("bad-key", {}, { kid: "k9" });
    stream.waiting.set("no-text", 5);
    stream.waiting.set("another-name", securityEvent(issuer, { jti: "its-name" }));
    start();
    const { ack, setErrs } = await polled(2);
    assert.deepEqual(ack, ["good"]);
    const codes = Object.fromEntries(Object.entries(setErrs ?? {}).map(([jti, { err }]) => [jti, err]));
    assert.deepEqual(codes, {
      "bad-audience": "invalid_audience",
      "bad-type": "invalid_request",
      "bad-key": "invalid_key",
      "no-text": "invalid_request",
      "another-name": "invalid_request",
    });
    assert.deepEqual(jtis(), ["good"]);
    assert.equal(stream.waiting.size, 0);
  });

  test("loses no event and counts none twice, although acknowledgements are lost", async () => {
    for (const jti of ["e1", "e2"]) stream.add(jti);
    // The second request, which acknowledges, reaches the transmitter, and fails there.
    stream.failures.push(stream.send, json({}, 500));
    start();
    await polled(2);
    assert.equal(stream.waiting.size, 2);
    assert.equal(heard.problems.length, 1);
    stream.add("e3");
    passWait();
    await polled(4);
    assert.deepEqual(jtis(), ["e1", "e2", "e3"]);
    assert.equal(stream.waiting.size, 0);
  });

  test("does not acknowledge what the sink could not handle, which comes again", async () => {
    for (const jti of ["e1", "e2", "e3"]) stream.add(jti);
    heard.failures.push(away());
    start();
    await polled(1);
    assert.deepEqual(jtis(), ["e2", "e3"]);
    passWait();
    await polled(3);
    assert.deepEqual(stream.polls[1]?.ack, ["e2", "e3"]);
    assert.deepEqual(jtis(), ["e2", "e3", "e1"]);
    assert.equal(stream.waiting.size, 0);
  });

  test("waits longer after each failure, reports an outage once, and asks for one event at a time until it is over", async () => {
    stream.failures.push(...Array.from({ length: 9 }, () => json({}, 503)));
    start();
    const longest: number[] = [];
    for (let count = 1; count <= 9; count += 1) {
      await polled(count);
      longest.push(passWait());
    }
    assert.deepEqual(longest, [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000, 300_000]);
    assert.equal(heard.problems.length, 1);
    assert.equal((await polled(10)).maxEvents, 1);
    assert.equal(passWait(), 5000);
    assert.equal((await polled(11)).maxEvents, 10);
  });

  test("survives every kind of wrong answer, and none is handled", async () => {
    const answers: readonly Answer[] = [
      json([]),
      json({}),
      json({ sets: [] }),
      json({ sets: "x" }),
      json({ sets: {} }, 202),
      (_asked, response) => void response.writeHead(200, { "content-type": "text/plain" }).end("{}"),
      (_asked, response) => void response.writeHead(200, { "content-type": "application/json" }).end('{"sets":{'),
      (_asked, response) => void response.writeHead(302, { location: `${issuer.origin}/elsewhere` }).end(),
      (_asked, response) => void response.writeHead(200, { "content-type": "application/json" }).end("x".repeat(300_000)),
      (_asked, response) => void response.destroy(),
    ];
    stream.failures.push(...answers);
    start();
    for (let count = 1; count <= answers.length; count += 1) {
      await polled(count);
      passWait();
    }
    await polled(answers.length + 1);
    assert.deepEqual(jtis(), []);
    assert.ok(!issuer.paths.includes("/elsewhere"));
    stream.add("e1");
    passWait();
    await polled(answers.length + 3);
    assert.deepEqual(jtis(), ["e1"]);
  });

  test("gives up a transmitter that does not answer in time", async () => {
    stream.failures.push(() => {});
    start();
    await issuer.received(1);
    mock.timers.tick(3000);
    await polled(1);
    assert.match(String(heard.problems[0]?.message), /in time/);
    stream.add("e1");
    passWait();
    await polled(3);
    assert.deepEqual(jtis(), ["e1"]);
  });

  test("takes no more from one answer than it asked for, and is not kept busy by a transmitter that ignores it", async () => {
    const sets = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`e${index}`, securityEvent(issuer, { jti: `e${index}` })]),
    );
    issuer.answers["/poll"] = (asked, response) => {
      stream.polls.push({ maxEvents: 0, returnImmediately: true });
      json({ sets, moreAvailable: true })(asked, response);
    };
    start();
    await polled(2);
    assert.equal(heard.events.length, 10);
  });

  test("waits for keys that cannot be had", async () => {
    issuer.answers["/keys"] = json({}, 500);
    stream.add("e1");
    start();
    await polled(1);
    assert.equal(stream.waiting.size, 1);
    issuer.answers["/keys"] = json({ keys: [f.k1Jwk] });
    issuer.later(31);
    passWait();
    await polled(3);
    assert.deepEqual(jtis(), ["e1"]);
  });

  test("asks for its token each time, and a token that cannot be had is a failure", async () => {
    let count = 0;
    start({
      token: async () => {
        count += 1;
        if (count === 2) throw away();
        return new Redacted(`token ${count}`);
      },
    });
    await polled(1);
    passWait();
    await eventually(() => heard.problems.length === 1 && isWaiting(), 30_000, "a failure");
    passWait();
    await polled(2);
    const sent = issuer.asked.filter(({ path }) => path === "/poll").map(({ authorization }) => authorization);
    assert.deepEqual(sent, ["Bearer token 1", "Bearer token 3"]);
  });

  test("stops when it is closed, after the poll that is under way", async () => {
    const held = Promise.withResolvers<void>();
    stream.failures.push((asked, response) => void held.promise.then(() => stream.send(asked, response)));
    stream.add("e1");
    start();
    await issuer.received(1);
    const closed = polling?.close();
    held.resolve();
    await closed;
    assert.deepEqual(jtis(), ["e1"]);
    assert.ok(!isWaiting());
    assert.equal(stream.polls.length, 1);
    await polling?.close();
  });

  test("is not started with options that make no sense", () => {
    const refused = (over: object): void => assert.throws(() => start(over), { code: "wrong_option" }, JSON.stringify(over));
    refused({ endpoint: "http://example.com/poll" });
    refused({ endpoint: "x" });
    refused({ token: "text" });
    refused({ token: undefined });
    refused({ intervalSeconds: 0 });
    refused({ intervalSeconds: "5" });
    refused({ intervalSeconds: Number.NaN });
    refused({ transmitter: undefined });
    refused({ transmitter: transmitter({ allowLoopback: false }) });
    refused({ sink: undefined });
    assert.equal(polling, undefined);
  });
});

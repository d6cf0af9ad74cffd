import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { authenticate } from "../access/authenticate.ts";
import { owned } from "../access/owned.ts";
import { stepUp } from "../access/step-up.ts";
import { unowned } from "../access/unowned.ts";
import { type Api, createApi } from "../api/api.ts";
import { depends } from "../dependency/depends.ts";
import type { HostRequest } from "../host/host.ts";
import { type Connection, connection } from "../input/connection.ts";
import { hostRequest } from "../input/host-request.fixture.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { deny } from "../outcome/deny.ts";
import { identified } from "../outcome/identified.ts";
import { stream } from "../outcome/stream.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { eventually } from "../testing/eventually.ts";
import { anyText } from "../testing/plain-schema.ts";
import { get, type Route } from "./route.ts";
import { text } from "./text.ts";

const came = connection();
const response = text();

/** One piece, and then nothing until the signal. */
async function* pieces(signal: AbortSignal): AsyncGenerator<string, void, void> {
  yield "begun";
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
}

const apiOf = (...routes: readonly Route[]): Api =>
  createApi({ title: "t", version: "1", audit: () => {}, onError: () => {}, recheckMs: 50, routes });

/** Opens a stream, and returns how it ends. */
async function opened(
  api: Api,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly end: Promise<string> }> {
  const reader = (await api.fetch(new Request(`http://x${target}`, { headers }))).body?.getReader();
  assert.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), "begun");
  const end = reader?.read().then(
    ({ done }) => (done ? "complete" : "more"),
    (error: unknown) => (error as Error).name,
  );
  return { end: end ?? Promise.resolve("no body") };
}

describe("the guards of a request that lasts run again", () => {
  const user = authenticate({ token: httpBearer() }, ({ token }) => ({ id: token.reveal() }));

  test("for a caller that a test has replaced, since others of its guards may refuse", async () => {
    const members = new Set(["ann"]);
    const room = owned(
      { room: path("room", anyText, { identifies: "object" }), user },
      () => members,
      (all, { user }) => all.has(user.id),
    );
    const api = apiOf(get("/rooms/:room", { deps: { room, came }, response }, ({ came }) => stream(pieces(came.signal))));
    const { end } = await opened(api.with([[user, { id: "ann" }]]), "/rooms/r1");
    members.clear();
    assert.equal(await end, "AccessEnded");
  });

  test("for a value in place of a guard that refuses later", async () => {
    let isSignedIn = true;
    const api = apiOf(get("/mine", { deps: { user, came }, response }, ({ came }) => stream(pieces(came.signal))));
    const { end } = await opened(api.with([[user, depends({}, () => (isSignedIn ? { id: "ann" } : deny("gone")))]]), "/mine");
    isSignedIn = false;
    assert.equal(await end, "AccessEnded");
  });

  test("so a stream ends when the sign-in behind it has become too old for the route", async () => {
    const signedInAtMs = Date.UTC(2026, 0, 15);
    let nowMs = signedInAtMs;
    const grants = { sub: "ann", auth_time: signedInAtMs / 1000 };
    const signedIn = authenticate({ token: httpBearer() }, () => identified({ id: "ann" }, grants));
    const recent = stepUp(signedIn, { maxAgeSeconds: 300 });
    const route = get("/mine", { deps: { recent, came }, response }, ({ came }) => stream(pieces(came.signal)));
    const events: string[] = [];
    const api = createApi({
      title: "t",
      version: "1",
      audit: ({ type }) => void events.push(type),
      recheckMs: 50,
      clock: () => nowMs,
      routes: [route],
    });
    const { end } = await opened(api, "/mine", { authorization: "Bearer t" });
    nowMs += 306_000;
    assert.equal(await end, "AccessEnded");
    assert.deepEqual(events, ["authentication.insufficient"]);
  });

  test("without any credential, if there is a guard; inputs alone never change", async () => {
    const links = new Set(["l1"]);
    let [checks, reads] = [0, 0];
    const shared = unowned("anyone with the link may see it", { linkId: path("linkId", anyText) }, ({ linkId }) => {
      checks += 1;
      return links.has(linkId) ? linkId : undefined;
    });
    const search = depends({ q: query("q", anyText) }, ({ q }) => {
      reads += 1;
      return q;
    });
    const show = ({ came }: { readonly came: Connection }) => stream(pieces(came.signal));
    const open = { public: "a test", response } as const;
    const api = apiOf(
      get("/shared/:linkId", { ...open, deps: { shared, came } }, show),
      get("/search", { ...open, deps: { search, came } }, show),
    );
    const found = await opened(api, "/search?q=a");
    const linked = await opened(api, "/shared/l1");
    await eventually(() => checks >= 3, 30_000, "the link was looked up again");
    links.clear();
    assert.equal(await linked.end, "AccessEnded", "a link that is no longer shared shows nothing");
    assert.equal(reads, 1);
    await api.close({ graceSeconds: 0 });
    assert.equal(await found.end, "complete", "it ended by itself when it was told");
  });
});

test("a handler that asks for the signal after its client left is told at once", async () => {
  let isGone = false;
  const wait = get("/wait", { public: "a test", deps: { came } }, async ({ came }) => {
    isGone = true;
    await Promise.resolve();
    return (came.signal.reason as Error).name;
  });
  // A host tells a listener once, and here it has told before.
  const request: HostRequest = {
    ...hostRequest({}),
    method: "GET",
    path: "/wait",
    get isGone() {
      return isGone;
    },
    whenGone: () => {},
  };
  assert.equal((await apiOf(wait)["~dispatcher"].handle(request)).body, '"ReaderGone"');
});

/** The head of an answer when dependencies, the handler and the core all have something to say. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import {
  type AnyDependency,
  type ApiOptions,
  authenticate,
  authorize,
  createApi,
  deny,
  depends,
  type Dependency,
  get,
  group,
  httpBearer,
  InvalidCredential,
  notFound,
  owned,
  path,
  problem,
  reply,
  resource,
  type ResponseHeaders,
  responseCookie,
  responseHeaders,
  stream,
  unchecked,
} from "../index.ts";

const response = unchecked("a test");
const responses = { 200: response, 204: null, 303: null, 409: response };
const headers = responseHeaders({
  "X-One": "One.",
  "Cache-Control": "How long it may be kept.",
  ETag: "The version.",
  Vary: "What the answer depends on.",
  Link: "Others.",
  "Server-Timing": "Times.",
  Location: "Elsewhere.",
});
type Names = "X-One" | "Cache-Control" | "ETag" | "Vary" | "Link" | "Server-Timing" | "Location";
type Added = ResponseHeaders<Readonly<Record<Names, string>>>;

const user = authenticate({ token: httpBearer() }, ({ token }) => (token.reveal() === "t" ? { id: "alice" } : undefined));

/** A value that does something with the headers before the handler runs. */
const adding = (act: (added: Added) => void): Dependency<void> => depends({ headers }, ({ headers }) => act(headers));

type Handler = () => unknown;

interface Asked {
  readonly isPrivate?: boolean;
  readonly api?: Partial<ApiOptions>;
}

/** Asks a route with these dependencies, whatever the compiler says of their facts. */
async function ask(deps: Readonly<Record<string, AnyDependency>>, handler: Handler, { isPrivate = false, api = {} }: Asked = {}) {
  const errors: string[] = [];
  const route = isPrivate
    ? get("/" as never, { deps: { user, ...deps }, responses }, handler as never)
    : get("/" as never, { public: "a test", deps, responses }, handler as never);
  const served = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    onError: (error) => void errors.push(error instanceof Error ? error.message : String(error)),
    routes: [route],
    ...api,
  });
  const answer = await served.fetch(new Request("http://x/", { headers: isPrivate ? { authorization: "Bearer t" } : {} }));
  return { status: answer.status, headers: answer.headers, errors, text: await answer.text() };
}

describe("the headers that dependencies add", () => {
  const one = { one: adding((added) => added.set("X-One", "1")) };

  test("are sent with every kind of answer", async () => {
    for (const [handler, status] of [
      [() => "text", 200],
      [() => new Uint8Array(1), 200],
      [() => undefined, 204],
      [() => reply(303, undefined, { headers: { location: "/a" } }), 303],
      [() => reply(409, { no: 1 }), 409],
      [() => stream(["a"], { type: "text/plain" }), 200],
      [() => problem(409, "taken", "Taken."), 409],
      [() => notFound(), 404],
      [() => deny("no"), 403],
      [() => JSON.parse("{"), 500],
    ] as const) {
      const answer = await ask(one, handler as Handler);
      assert.deepEqual([answer.status, answer.headers.get("x-one")], [status, "1"]);
    }
  });

  test("may come from guards, gates, resources and the handler itself", async () => {
    const guard = authorize({ user, headers }, ({ user, headers }) => {
      headers.set("X-One", "guard");
      return user;
    });
    const opened = resource({ headers }, async function* ({ headers }) {
      await Promise.resolve();
      headers.set("X-One", "resource");
      yield 1;
    });
    assert.equal((await ask({ guard }, () => 1, { isPrivate: true })).headers.get("x-one"), "guard");
    assert.equal((await ask({ opened }, () => 1)).headers.get("x-one"), "resource");
    const gate = adding((added) => added.set("X-One", "gate"));
    assert.equal((await ask({}, () => 1, { api: { guard: gate } })).headers.get("x-one"), "gate");
    const own = get("/", { public: "a test", deps: { headers }, response }, ({ headers }) => {
      headers.set("X-One", "handler");
      return 1;
    });
    assert.equal((await ask({}, () => 1, { api: { routes: [own] } })).headers.get("x-one"), "handler");
    const v1 = group({ prefix: "/", deps: { gate } });
    const grouped = v1.get("/", { public: "a test", response }, () => 1);
    assert.equal((await ask({}, () => 1, { api: { routes: [grouped] } })).headers.get("x-one"), "gate");
  });

  test("are those of this request only", async () => {
    let asked = 0;
    const first = { one: adding((added) => void ((asked += 1) === 1 && added.set("X-One", "1"))) };
    const api = createApi({ title: "t", version: "1", routes: [get("/", { public: "a test", deps: first, response }, () => 1)] });
    const seen = [];
    for (let count = 0; count < 2; count += 1) seen.push((await api.fetch(new Request("http://x/"))).headers.get("x-one"));
    assert.deepEqual(seen, ["1", null]);
  });

  test("give way to the reply's own, except where lines add up", async () => {
    const all = {
      all: adding((added) => {
        added.set("X-One", "dependency");
        added.set("Vary", "Origin");
        added.set("Link", "<a>");
        added.append("Server-Timing", "db;dur=1");
      }),
    };
    const own = { "X-One": "reply", Vary: ["Accept", "Origin"], link: "<b>", "server-timing": "app;dur=2" };
    for (const handler of [
      () => reply(200, 1, { headers: own }),
      () => stream(["a"], { type: "text/plain", headers: own }),
      () => problem(409, "a", "b", { headers: own }),
    ]) {
      const { headers: sent } = await ask(all, handler);
      assert.deepEqual(
        ["x-one", "vary", "link", "server-timing"].map((name) => sent.get(name)),
        ["reply", "Origin, Accept", "<a>, <b>", "db;dur=1, app;dur=2"],
      );
    }
  });

  test("add up wherever a dependency appends", async () => {
    const appended = { appended: adding((added) => added.append("X-One", "a")) };
    const { headers: sent } = await ask(appended, () => reply(200, 1, { headers: { "x-one": "b" } }));
    assert.equal(sent.get("x-one"), "a, b");
  });

  test("of two dependencies: the one that is declared last wins, whichever finishes first", async () => {
    const another = responseHeaders({ "X-One": "One.", Vary: "What it depends on." });
    for (const order of ["slow first", "slow last"]) {
      const slow = depends({ headers }, async ({ headers }) => {
        await new Promise((resolve) => setImmediate(resolve));
        headers.set("X-One", "slow");
        headers.set("Vary", "A");
      });
      const quick = depends({ another }, ({ another }) => {
        another.set("X-One", "quick");
        another.set("Vary", "B");
      });
      const { headers: sent } = await ask(order === "slow first" ? { slow, quick } : { quick, slow }, () => 1);
      assert.equal(sent.get("x-one"), order === "slow first" ? "quick" : "slow");
      assert.equal(sent.get("vary"), order === "slow first" ? "A, B" : "B, A");
    }
    // The gates come first: a route may say more than the whole API does.
    const gate = depends({ another }, ({ another }) => another.set("X-One", "gate"));
    assert.equal((await ask(one, () => 1, { api: { guard: gate } })).headers.get("x-one"), "1");
  });

  test("replace a policy of the core, not what keeps the answer's type and name", async () => {
    const policy = responseHeaders({ "Content-Security-Policy": "What the page may load." });
    const page = depends({ policy }, ({ policy }) => policy.set("Content-Security-Policy", "default-src 'self'"));
    assert.equal((await ask({ page }, () => 1)).headers.get("content-security-policy"), "default-src 'self'");
    const failed = await ask({ page }, () => notFound());
    assert.equal(failed.headers.get("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
  });

  test("cannot be added once the head is written", async () => {
    const rest = resource({ headers }, function* ({ headers }) {
      yield 1;
      headers.set("X-One", "late");
    });
    const { status, errors } = await ask({ rest }, () => 1);
    assert.equal(status, 500);
    assert.match(errors.join(), /set headers and cookies before the handler returns/);
  });
});

describe("a refused or failed request", () => {
  const all = {
    all: adding((added) => {
      added.set("X-One", "1");
      added.set("Cache-Control", "public, max-age=3600");
      added.set("ETag", '"1"');
      added.set("Location", "/a");
    }),
  };

  test("keeps the headers that were set, without those about caching and content: no cache keeps an error", async () => {
    for (const handler of [() => notFound(), () => problem(503, "busy", "Later."), () => deny("no"), () => JSON.parse("{")]) {
      const { headers: sent } = await ask(all, handler as Handler);
      assert.deepEqual(
        ["x-one", "cache-control", "etag", "location"].map((name) => sent.get(name)),
        ["1", "no-store", null, null],
      );
    }
    // The control: a success has them.
    const { headers: sent } = await ask(all, () => 1);
    assert.deepEqual([sent.get("cache-control"), sent.get("etag")], ["public, max-age=3600", '"1"']);
  });

  test("has the headers of guards that ran before the refusal, and none of those that did not run", async () => {
    const before = authorize({ user, headers }, ({ user, headers }) => {
      headers.set("X-One", "before");
      return user;
    });
    const refusing = authorize({ before }, () => deny("no"));
    const refused = await ask({ refusing }, () => 1, { isPrivate: true });
    assert.deepEqual([refused.status, refused.headers.get("x-one")], [403, "before"]);
    const wrong = authenticate({ token: httpBearer({ schemeName: "other" }) }, () => {
      throw new InvalidCredential("wrong");
    });
    const unreached = depends({ wrong, headers }, ({ headers }) => headers.set("X-One", "never"));
    const api = createApi({
      title: "t",
      version: "1",
      audit: () => {},
      routes: [get("/", { deps: { wrong, unreached }, response }, () => 1)],
    });
    const answer = await api.fetch(new Request("http://x/", { headers: { authorization: "Bearer t" } }));
    assert.deepEqual([answer.status, answer.headers.get("x-one")], [401, null]);
  });

  test("drops its cookies, unless they are declared to be sent", async () => {
    const dropped = responseCookie({ name: "dropped" });
    const kept = responseCookie({ name: "kept", onFailure: "send" });
    const both = depends({ dropped, kept }, ({ dropped, kept }) => {
      dropped.set("1");
      kept.set("1");
    });
    const names = async (handler: Handler) =>
      (await ask({ both }, handler)).headers.getSetCookie().map((line) => line.split("=")[0]);
    for (const handler of [() => notFound(), () => deny("no"), () => JSON.parse("{")])
      assert.deepEqual(await names(handler), ["kept"]);
    // The controls: what the handler returns is a success, whatever its status.
    for (const handler of [() => 1, () => undefined, () => reply(409, 1), () => stream(["a"], { type: "text/plain" })])
      assert.deepEqual(await names(handler), ["dropped", "kept"]);
  });

  test("drops the cookies of a transaction that does not commit", async () => {
    const cookie = responseCookie({ name: "session" });
    const transaction = resource({}, function* () {
      yield 1;
      throw new TypeError("the commit failed");
    });
    const both = depends({ cookie, transaction }, ({ cookie }) => cookie.set("1"));
    const { status, headers: sent } = await ask({ both }, () => 1);
    assert.deepEqual([status, sent.getSetCookie()], [500, []]);
  });

  test("hides an object as before: what exists and what does not have one answer", async () => {
    const own = owned(
      { id: path("id", z.string()), user, headers },
      ({ id, headers }) => {
        headers.set("X-One", "looked");
        return id === "n1" ? { ownerId: "bob" } : undefined;
      },
      (note) => note.ownerId,
    );
    const api = createApi({
      title: "t",
      version: "1",
      audit: () => {},
      routes: [get("/:id", { deps: { own }, response }, () => 1)],
    });
    const face = async (id: string) => {
      const answer = await api.fetch(new Request(`http://x/${id}`, { headers: { authorization: "Bearer t" } }));
      const rest = [...answer.headers].filter(([name]) => name !== "x-request-id");
      return JSON.stringify([answer.status, rest, await answer.text()]);
    };
    assert.equal(await face("n1"), await face("n2"));
  });
});

describe("an answer for one caller", () => {
  const keeping = (value: string) => ({ keeping: adding((added) => added.set("Cache-Control", value)) });

  test("that a credential decided has no header of a dependency that lets a shared cache keep it", async () => {
    for (const value of ["public", "max-age=60", "Public, max-age=60", "private, s-maxage=60", 'private="x"']) {
      const { status, headers: sent, errors } = await ask(keeping(value), () => 1, { isPrivate: true });
      assert.deepEqual([status, sent.get("cache-control")], [500, "no-store"], value);
      assert.match(errors.join(), /a credential decided this answer/);
    }
    assert.equal(
      (await ask(keeping("private, max-age=60"), () => 1, { isPrivate: true })).headers.get("cache-control"),
      "private, max-age=60",
    );
    assert.equal((await ask(keeping("public, max-age=60"), () => 1)).headers.get("cache-control"), "public, max-age=60");
    for (const name of ["CDN-Cache-Control", "Surrogate-Control", "Expires"]) {
      const other = responseHeaders({ [name]: "How long it may be kept." });
      const kept = depends({ other }, ({ other }) => other.set(name as never, "max-age=60"));
      assert.equal((await ask({ kept }, () => 1, { isPrivate: true })).status, 500, name);
    }
  });

  test("that sets a cookie is not kept by shared caches either, on a public route and by the handler's reply", async () => {
    const cookie = responseCookie({ name: "a" });
    const set = depends({ cookie }, ({ cookie }) => cookie.set("1"));
    const ways: readonly (readonly [Readonly<Record<string, AnyDependency>>, Handler])[] = [
      [{ set }, () => reply(200, 1, { headers: { "cache-control": "public, max-age=60" } })],
      [{ set }, () => stream(["a"], { type: "text/plain", headers: { "cache-control": "max-age=60" } })],
      [{ set, ...keeping("public") }, () => 1],
      [{}, () => reply(200, 1, { headers: { "cache-control": "public" }, cookies: [{ name: "a", value: "b" }] })],
    ];
    for (const [deps, handler] of ways) {
      const { status, headers: sent, errors } = await ask(deps, handler);
      assert.deepEqual([status, sent.getSetCookie(), sent.get("cache-control")], [500, [], "no-store"]);
      assert.match(errors.join(), /this answer sets a cookie/);
    }
    const said = await ask({ set }, () => reply(200, 1, { headers: { "cache-control": "private, max-age=60" } }));
    assert.deepEqual([said.status, said.headers.get("cache-control")], [200, "private, max-age=60"]);
    assert.equal(
      (await ask({}, () => reply(200, 1, { cookies: [{ name: "a", value: "b" }] }))).headers.get("cache-control"),
      "no-store",
    );
  });
});

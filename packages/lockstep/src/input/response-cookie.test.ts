import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createApi,
  get,
  reply,
  type ResponseCookie,
  responseCookie,
  type ResponseCookieOptions,
  run,
  unchecked,
} from "../index.ts";
import { factsOf } from "./input.fixture.ts";

const seen = responseCookie({ name: "__Host-seen", maxAgeSeconds: 60, sameSite: "Strict" });

/** The status and the cookies of an answer whose handler does something with a cookie. */
async function cookiesOf(act: (cookie: ResponseCookie) => unknown, dependency = seen) {
  const api = createApi({
    title: "t",
    version: "1",
    audit: () => {},
    onError: () => {},
    routes: [
      get(
        "/",
        { public: "a test", deps: { dependency }, response: unchecked("a test") },
        ({ dependency }) => act(dependency) ?? null,
      ),
    ],
  });
  const { status, headers } = await api.fetch(new Request("http://x/"));
  return [status, headers.getSetCookie(), headers.get("cache-control")] as const;
}

test("sets the cookie with its attributes, and removes it with the same", async () => {
  const text = "Path=/; Max-Age=60; SameSite=Strict; Secure; HttpOnly";
  assert.deepEqual(await cookiesOf((cookie) => cookie.set("a")), [200, [`__Host-seen=a; ${text}`], "no-store"]);
  const removed = "__Host-seen=; Path=/; Max-Age=0; SameSite=Strict; Secure; HttpOnly";
  assert.deepEqual(await cookiesOf((cookie) => cookie.clear()), [200, [removed], "no-store"]);
  // The control: a cookie that is not set is not sent, and the answer may be cached.
  assert.deepEqual(await cookiesOf(() => undefined), [200, [], null]);
});

test("the last call counts, and a reply's cookie of the same name and path is sent instead", async () => {
  const twice = await cookiesOf((cookie) => {
    cookie.set("a");
    cookie.set("b");
  });
  assert.deepEqual(
    twice[1].map((line) => line.split(";")[0]),
    ["__Host-seen=b"],
  );
  const replied = await cookiesOf((cookie) => {
    cookie.set("a");
    return reply(200, 1, {
      cookies: [
        { name: "__Host-seen", value: "mine" },
        { name: "b", value: "c" },
      ],
    });
  });
  assert.deepEqual(
    replied[1].map((line) => line.split(";")[0]),
    ["__Host-seen=mine", "b=c"],
  );
  const elsewhere = await cookiesOf(
    (cookie) => {
      cookie.set("a");
      return reply(200, 1, { cookies: [{ name: "s", value: "b", path: "/b" }] });
    },
    responseCookie({ name: "s", path: "/a" }),
  );
  assert.deepEqual(
    elsewhere[1].map((line) => line.split(";")[0]),
    ["s=a", "s=b"],
  );
});

test("a value that no cookie can hold is not sent", async () => {
  for (const value of ["a;b", "a\r\nset-cookie: b=c", "é", "a".repeat(5000), 1, undefined, null]) {
    const [status, lines] = await cookiesOf((cookie) => cookie.set(value as string));
    assert.deepEqual([status, lines], [500, []], JSON.stringify(value));
  }
  assert.equal((await cookiesOf((cookie) => cookie.set("a".repeat(4000))))[0], 200);
});

test("attributes that a browser would refuse are refused when the cookie is declared (RFC 6265bis §4.1.3)", () => {
  const wrong: readonly [Record<string, unknown>, RegExp][] = [
    [{ name: "__Host-a", path: "/auth" }, /leave out the path, because of its prefix/],
    [{ name: "__Host-a", secure: false }, /leave out secure: false, because of its prefix/],
    [{ name: "__secure-a", secure: false }, /leave out secure: false, because of its prefix/],
    [{ name: "a", sameSite: "None", secure: false }, /because sameSite is "None"/],
    [{ name: "a", sameSite: "none" }, /set sameSite to/],
    [{ name: "a", maxAgeSeconds: -1 }, /set maxAgeSeconds/],
    [{ name: "a", maxAgeSeconds: 1.5 }, /set maxAgeSeconds/],
    [{ name: "a b" }, /holds a character that cookies cannot/],
    [{ name: "" }, /holds a character that cookies cannot/],
    [{ name: "a", path: "auth" }, /holds a character that cookies cannot/],
    [{ name: "a", onFailure: true }, /set onFailure to "drop" or "send"/],
    [{ name: "a", description: " " }, /describe the cookie/],
    [{ name: "a", domain: "example.test" }, /correct or remove the option "domain"/],
    [{ name: "a", value: "b" }, /correct or remove the option "value"/],
  ];
  for (const [options, message] of wrong)
    assert.throws(() => responseCookie(options as unknown as ResponseCookieOptions), { code: "wrong_option", message });
  responseCookie({ name: "__Secure-a", path: "/auth", sameSite: "None" });
});

test("it protects nothing, and has no value outside a request", async () => {
  assert.deepEqual(factsOf(seen), []);
  await assert.rejects(run(seen), {
    code: "wrong_dependency",
    message: /: responseCookie\("__Host-seen"\) has no value outside a request$/,
  });
});

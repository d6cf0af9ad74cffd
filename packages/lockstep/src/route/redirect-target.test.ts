/** Open redirects: every way to name another host that browsers, proxies and servers have been fooled with. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { createApi } from "../api/api.ts";
import { depends } from "../dependency/depends.ts";
import { query } from "../input/query.ts";
import { responseHeaders } from "../input/response-headers.ts";
import { redirect, type RedirectOptions } from "../outcome/redirect.ts";
import { reply } from "../outcome/reply.ts";
import { targetOf } from "./redirect-target.ts";
import { get, post, type Route } from "./route.ts";
import { unchecked } from "./unchecked.ts";

const allowed = {
  origins: new Set(["https://app.example", "myapp://callback"]),
  ownOrigins: new Set(["https://api.example:8443"]),
};
const open = { public: "a test" } as const;

/** What a browser makes of an answer. */
const followed = (target: string): string => new URL(target, "https://api.example/auth/callback").origin;

const foreign = [
  "//evil.example",
  "///evil.example",
  "////evil.example/x",
  "/\\evil.example",
  "\\/evil.example",
  "\\\\evil.example",
  "/\\/evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/\r\n/evil.example",
  "\t//evil.example",
  " //evil.example",
  "\u0000//evil.example",
  "/\u000b//evil.example",
  "https://evil.example",
  "HTTPS://EVIL.EXAMPLE/x",
  "http://app.example",
  "https://app.example.evil.example",
  "https://app.example@evil.example",
  "https://app.example:443@evil.example/",
  "https://user:pass@app.example/",
  "https://user@app.example/",
  "https://app.example\\.evil.example",
  "https:\\\\evil.example",
  "https:evil.example",
  "https:/evil.example",
  "https:///evil.example",
  "https:app.example",
  "https:/app.example",
  "https://app.example:444/",
  "http:evil.example",
  "ftp://app.example/",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\nscript:alert(1)",
  "\u0001javascript:alert(1)",
  "javascript://app.example/%0aalert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:x",
  "blob:https://app.example/1",
  "mailto:a@app.example",
  "%2f%2fevil.example",
  "/%2f/evil.example",
  "/%2fevil.example",
  "/%5cevil.example",
  "%5c%5cevil.example",
  "/%09/evil.example",
  "/%0d%0a/evil.example",
  "%252f%252fevil.example",
  "/%25252fevil.example",
  "%6aavascript:alert(1)",
  "%68ttps://evil.example",
  "https%3a//evil.example",
  "https%3a%2f%2fevil.example",
  "/%0d%0aSet-Cookie:%20a=b",
  "/notes\r\nSet-Cookie: a=b",
  "",
];

const own: readonly (readonly [target: string, sent: string])[] = [
  ["/", "/"],
  ["/notes/n1?page=2#top", "/notes/n1?page=2#top"],
  ["notes/n1", "notes/n1"],
  ["./n1", "./n1"],
  ["../n1", "../n1"],
  ["?page=2", "?page=2"],
  ["#top", "#top"],
  ["/a//b", "/a//b"],
  ["/notes/a%2Fb", "/notes/a%2Fb"],
  ["/100%", "/100%25"],
  ["/café/☃", "/caf%C3%A9/%E2%98%83"],
  ['/search?q=a b"<>', "/search?q=a%20b%22%3C%3E"],
  ["/search?q=//evil.example", "/search?q=//evil.example"],
  ["/search?q=a\\b", "/search?q=a%5Cb"],
  ["/search?q=a\r\nb", "/search?q=a%0D%0Ab"],
  ["/login?next=https%3A%2F%2Fevil.example", "/login?next=https%3A%2F%2Fevil.example"],
  ["/javascript:alert(1)", "/javascript:alert(1)"],
  ["https://app.example", "https://app.example/"],
  ["https://APP.example:443/a b?c=d#e", "https://app.example/a%20b?c=d#e"],
  ["https://api.example:8443/notes", "https://api.example:8443/notes"],
  ["myapp://callback?code=1", "myapp://callback?code=1"],
];

describe("a target", () => {
  test("of another origin is refused, however it is written", () => {
    for (const target of foreign) assert.equal(targetOf(target, allowed), undefined, JSON.stringify(target));
  });

  test("of the API's own origin, or of one that is listed, is sent, with what an address cannot have encoded", () => {
    for (const [target, sent] of own) assert.equal(targetOf(target, allowed), sent, JSON.stringify(target));
  });

  test("that is sent leads a browser to an allowed origin, whatever the text", () => {
    const piece = fc.constantFrom(
      ..."/ // \\ : @ ? # . .. % %2f %5c %09 %0a https: http: javascript: evil.example app.example \t \n a".split(" "),
      "\t",
      "\r\n",
      " ",
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join("")),
      fc.string(),
      fc.webUrl(),
    );
    const origins = new Set(["https://api.example", "https://app.example", "https://api.example:8443", "null"]);
    fc.assert(
      fc.property(text, (target) => {
        const sent = targetOf(target, allowed);
        if (sent === undefined) return true;
        assert.match(sent, /^[!-~]+$/);
        return sent.startsWith("myapp://callback") || origins.has(followed(sent));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Asks the one route of an API; says the status, where it leads and what onError got. */
async function ask(route: Route, search = "") {
  const errors: string[] = [];
  const api = createApi({
    title: "t",
    version: "1",
    origins: ["https://app.example"],
    servers: [{ url: "https://api.example" }],
    audit: () => {},
    onError: (error) => void errors.push(error instanceof Error ? error.message : String(error)),
    routes: [route],
  });
  const request = new Request(`http://x${route.template}${search}`, { method: route.method });
  const response = await api.fetch(request);
  return { status: response.status, location: response.headers.get("location"), headers: response.headers, errors };
}

const next = query("next", z.string());
const leading = (options?: RedirectOptions<303>) =>
  get("/go", { ...open, deps: { next }, status: 303 }, ({ next }) => redirect(next, options));

describe("redirect()", () => {
  test("leads to a page of the API, of the application, and to an origin that it lists itself", async () => {
    for (const [target, options] of [
      ["/notes/n1", {}],
      ["https://app.example/notes", {}],
      ["https://api.example/notes", {}],
      ["https://login.example/authorize", { origins: ["https://login.example"] }],
    ] as const) {
      const { status, location } = await ask(get("/go", { ...open, status: 303 }, () => redirect(target, options)));
      assert.deepEqual([status, location], [303, target]);
    }
  });

  test("a constant that is not allowed is the developer's mistake: 500, with what to write", async () => {
    const { status, location, errors } = await ask(get("/go", { ...open, status: 303 }, () => redirect("https://evil.example/")));
    assert.deepEqual([status, location], [500, null]);
    assert.match(errors.join(), /^redirect to an address of this API, such as \/notes, or list the origin/);
    assert.doesNotMatch(errors.join(), /evil/);
  });

  test("a target that the request chose is 400, and leads nowhere", async () => {
    for (const target of foreign.filter((one) => one !== "")) {
      const { status, location, errors } = await ask(leading(), `?next=${encodeURIComponent(target)}`);
      assert.deepEqual([status, location, errors], [400, null, []], JSON.stringify(target));
    }
    const { status, location } = await ask(leading(), "?next=/notes");
    assert.deepEqual([status, location], [303, "/notes"]);
    // A part of the target is enough.
    const suffixed = get("/go", { ...open, deps: { next }, status: 303 }, ({ next }) => redirect(`${next}/welcome?a=b`));
    assert.equal((await ask(suffixed, "?next=https://evil.example")).status, 400);
  });

  test("or leads elsewhere instead, if the handler says where", async () => {
    for (const target of foreign) {
      const { status, location, errors } = await ask(leading({ otherwise: "/" }), `?next=${encodeURIComponent(target)}`);
      assert.deepEqual([status, location, errors], [303, "/", []], JSON.stringify(target));
    }
    assert.equal((await ask(leading({ otherwise: "/" }), "?next=/notes")).location, "/notes");
    assert.equal((await ask(leading({ otherwise: "//evil.example" }), "?next=//evil.example")).status, 400);
  });

  test("has the status that it says, headers and cookies", async () => {
    for (const each of [301, 302, 303, 307, 308]) {
      // The compiler compares one literal with one.
      const status = each as 303;
      const route = post("/go", { ...open, status }, () =>
        redirect("/notes", { status, headers: { "x-extra": "a" }, cookies: [{ name: "theme", value: "dark" }] }),
      );
      const answer = await ask(route);
      assert.deepEqual([answer.status, answer.location, answer.headers.get("x-extra")], [status, "/notes", "a"]);
      assert.match(answer.headers.get("set-cookie") ?? "", /^theme=dark;/);
    }
  });

  test("is refused with another status, target or origin", () => {
    assert.throws(() => redirect("/", { status: 200 as never }), { code: "wrong_result", message: /301, 302, 303, 307 or 308/ });
    assert.throws(() => redirect(undefined as never), { code: "wrong_result", message: /pass the target as text/ });
    assert.throws(() => redirect("/", { headers: { Location: "/a" } }), { code: "wrong_result", message: /pass the target first/ });
  });

  test("an origin that no browser has is a mistake", async () => {
    const { status, errors } = await ask(
      get("/go", { ...open, status: 303 }, () => redirect("https://a.example", { origins: ["a.example"] })),
    );
    assert.equal(status, 500);
    assert.match(errors.join(), /^redirect\(\{ origins \}\): write each origin exactly/);
  });
});

describe("the header location of a 3xx has the same rule in every way to set it", () => {
  const byReply = (target: string) =>
    get("/go", { ...open, status: 302 }, () => reply(302, undefined, { headers: { location: target } }));
  const headers = responseHeaders({ Location: "Where to go." });
  const byDependency = (target: string) => {
    const added = depends({ headers }, ({ headers }) => headers.set("Location", target));
    return get("/go", { ...open, deps: { added }, status: 302 }, () => reply(302, undefined));
  };
  const byUnchecked = (target: string) =>
    get("/go", { ...open, responses: { 200: unchecked("a test"), 302: null } }, () =>
      reply(302, undefined, { headers: { location: target } }),
    );

  for (const [name, route] of Object.entries({ byReply, byDependency, byUnchecked })) {
    test(name, async () => {
      for (const target of foreign) {
        const { status, location } = await ask(route(target));
        // A backslash or a control character is encoded before it is looked at: then it is a part of a path.
        const isHarmless = location !== null && followed(location) === "https://api.example";
        assert.ok(status === 500 || (status === 302 && isHarmless), `${JSON.stringify(target)}: ${status} ${location}`);
      }
      for (const target of ["/notes", "https://app.example/notes"]) assert.deepEqual((await ask(route(target))).location, target);
    });
  }

  test("a redirect without a target is refused", async () => {
    const { status, errors } = await ask(get("/go", { ...open, status: 302 }, () => reply(302, undefined)));
    assert.equal(status, 500);
    assert.match(errors.join(), /return redirect\(target, \{ status: 302 \}\)/);
  });

  test("a 201 may name an object anywhere: nobody is sent there", async () => {
    const made = post("/notes", { ...open, responses: { 201: null } }, () =>
      reply(201, undefined, { headers: { location: "https://store.example/n1" } }),
    );
    assert.deepEqual((await ask(made)).location, "https://store.example/n1");
  });

  test("Refresh, which would send a browser on as well, cannot be set", () => {
    assert.throws(() => reply(200, "x", { headers: { Refresh: "0; url=https://evil.example" } }), {
      code: "wrong_result",
      message: /return redirect\(target\)/,
    });
  });
});

/** The answers to good and bad inputs (D-01, D-03 to D-05, D-07 to D-10), each with an input that is fine. */
import assert from "node:assert/strict";
import { behaviour, type Behaviour, expectJson, expectProblem, type HostUnderTest } from "../host-under-test.ts";
import { tokenOf } from "../world.ts";

const good = tokenOf("alice");
const sent = (
  host: HostUnderTest,
  body: string | Uint8Array,
  type: string | readonly string[] = "application/json",
  path = "/notes",
) => host.askAs(good, "POST", path, { headers: [type].flat().map((one) => ["content-type", one] as const), body });
const syntax = { code: "malformed_json", detail: "The body is not valid JSON." };
const forbidden = { code: "forbidden_key", detail: "The body has a member whose name is not allowed." };
const mediaType = { code: "unsupported_media_type", detail: "The body must be application/json or application/*+json." };
const invalid = (errors: readonly object[]) => ({
  code: "invalid_input",
  detail: "The request does not fit what the endpoint takes.",
  members: { errors },
});

/** Facts about inputs. */
export const inputBehaviours: readonly Behaviour[] = [
  behaviour("valid JSON is read, under every spelling of its media type", async (host) => {
    for (const type of [
      "application/json",
      "Application/JSON",
      "application/json; charset=utf-8",
      'application/json;charset="UTF-8"',
      "application/merge-patch+json",
    ]) {
      expectJson(await sent(host, '{"text":"é"}', type), { text: "é" }, 201);
    }
    expectJson(
      await host.askAs(good, "POST", "/notes", {
        headers: [["content-type", "application/json"]],
        body: '{"text":"a"}',
        chunked: true,
      }),
      { text: "a" },
      201,
    );
  }),
  behaviour("malformed JSON is 400", async (host) => {
    for (const body of ["{", "{'text':'a'}", '{"text":"a"}x', '{"text":"a",}', "NaN", '{"text":01}'])
      expectProblem(await sent(host, body), 400, syntax);
    expectProblem(await sent(host, new Uint8Array([0x7b, 0xff, 0x7d])), 400, { ...syntax, detail: "The body is not UTF-8." });
  }),
  behaviour("names that reach a prototype are 400 at any depth, and no prototype changes (D-01)", async (host) => {
    for (const body of [
      '{"__proto__":{"isAdmin":true}}',
      '{"text":"a","x":[{"constructor":{"prototype":{"isAdmin":true}}}]}',
      '{"\\u005f_proto__":{}}',
    ]) {
      expectProblem(await sent(host, body), 400, forbidden);
    }
    assert.equal(Reflect.get({}, "isAdmin"), undefined);
  }),
  behaviour("a repeated member is 400 (D-03)", async (host) => {
    const twice = { code: "duplicate_member", detail: "The body names a member of an object twice." };
    expectProblem(await sent(host, '{"text":"a","text":"b"}'), 400, twice);
    expectProblem(await sent(host, '{"text":"a","t\\u0065xt":"b"}'), 400, twice);
  }),
  behaviour("JSON that is too deep, too many parameters and a body that is too large are 413 (D-05, D-07)", async (host) => {
    const deep = `${"[".repeat(500)}${"]".repeat(500)}`;
    expectProblem(await sent(host, deep), 413, { code: "too_deep", detail: "The body is nested too deeply." });
    const started = performance.now();
    const large = { code: "too_large", detail: "The body is too large." };
    expectProblem(await sent(host, `{"text":"${"a".repeat(1100)}"}`), 413, large);
    expectProblem(
      await host.askAs(good, "POST", "/notes", {
        headers: [["content-type", "application/json"]],
        body: "[".repeat(4000),
        chunked: true,
      }),
      413,
      large,
    );
    const many = Array.from({ length: 2000 }, (_, index) => `q${index}=`).join("&");
    expectProblem(await host.askAs(good, "GET", `/search?${many}`), 413, {
      code: "too_many",
      detail: "There are too many parameters.",
    });
    assert.ok(performance.now() - started < 5000);
    expectJson(await sent(host, new Uint8Array(1024), "application/octet-stream", "/upload"), { bytes: 1024 });
  }),
  behaviour("a body of another type, charset or encoding is 415 (D-08, D-09)", async (host) => {
    const types = [
      "application/json\ta",
      "application/json garbage",
      "text/json",
      "text/plain",
      "application/jsonx",
      "application/json, application/json",
      "json",
      ";",
      "application/json;charset=utf-8;charset=utf-16",
    ];
    for (const type of types) expectProblem(await sent(host, '{"text":"a"}', type), 415, mediaType);
    expectProblem(await sent(host, '{"text":"a"}', ["application/json", "text/plain"]), 415, mediaType);
    expectProblem(await sent(host, '{"text":"a"}', []), 415, {
      ...mediaType,
      detail: "The body must say that it is application/json or application/*+json (Content-Type).",
    });
    expectProblem(await sent(host, '{"text":"a"}', "application/json; charset=utf-16"), 415, {
      code: "unsupported_charset",
      detail: "The body must be UTF-8.",
    });
    for (const encoding of ["gzip", "br", "identity, gzip"]) {
      const headers = [
        ["content-type", "application/json"],
        ["content-encoding", encoding],
      ] as const;
      const answer = await host.askAs(good, "POST", "/notes", { headers, body: '{"text":"a"}' });
      expectProblem(answer, 415, { code: "unsupported_encoding", detail: "The body must not be compressed." });
      assert.deepEqual(answer.headers["accept-encoding"], ["identity"]);
    }
  }),
  behaviour("inputs that do not match their schema are 422 with a pointer for each, unknown fields included", async (host) => {
    const answer = await host.askAs(good, "POST", "/notes", {
      headers: [["content-type", "application/json"]],
      body: '{"text":7,"isAdmin":true,"a/b":1}',
    });
    const { errors } = JSON.parse(answer.text);
    expectProblem(answer, 422, invalid(errors));
    assert.deepEqual(errors.map((error: { readonly pointer: string }) => error.pointer).toSorted(), ["/a~1b", "/isAdmin", "/text"]);
    assert.equal((await sent(host, '[{"text":"a"}]')).status, 422);
    assert.equal((await sent(host, "null")).status, 422);
  }),
  behaviour("one 422 lists the issues of all inputs", async (host) => {
    const { status, text } = await host.askAs(good, "GET", "/search?limit=1e9");
    const pointers = JSON.parse(text).errors.map(
      (error: { readonly in: string; readonly pointer: string }) => `${error.in} ${error.pointer}`,
    );
    assert.deepEqual([status, pointers.toSorted()], [422, ["query /limit", "query /q", "query /tag"]]);
  }),
  behaviour("only an array parameter may be repeated, and brackets and semicolons have no meaning (D-10, Z-03)", async (host) => {
    expectJson(await host.askAs(good, "GET", "/search?q=a&limit=5&tag=x&tag=y"), { q: "a", limit: 5, tag: ["x", "y"] });
    for (const query of ["q=a&q=b&tag=x", "q=a&q=a&tag=x", "q=a&limit=1&limit=2&tag=x"]) {
      const answer = await host.askAs(good, "GET", `/search?${query}`);
      assert.deepEqual([answer.status, JSON.parse(answer.text).code], [400, "repeated_parameter"], query);
    }
    expectJson(await host.askAs(good, "GET", "/search?q=a;q=b&q[]=c&tag=x"), { q: "a;q=b", tag: ["x"] });
    for (const value of ["01", "+1", "1.0", "1e0", " 1", "0x1", "１", "101", ""]) {
      assert.equal((await host.askAs(good, "GET", `/search?q=a&tag=x&limit=${encodeURIComponent(value)}`)).status, 422, value);
    }
  }),
  behaviour("a query that is not percent-encoded UTF-8 is 400", async (host) => {
    for (const query of ["q=%zz", "q=%ff", "q=%", "%c0%af=1"]) {
      const answer = await host.askAs(good, "GET", `/search?${query}`);
      assert.deepEqual([answer.status, JSON.parse(answer.text).code], [400, "malformed_request"], query);
    }
  }),
  behaviour("names of Object.prototype are ordinary names in a query, a cookie and a header", async (host) => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
    const query = names.map((name) => `${name}=1`).join("&");
    const headers = [
      ...names.map((name) => [name, "1"] as const),
      ["cookie", names.map((name) => `${name}=1`).join("; ")] as const,
    ];
    expectJson(await host.askAs(good, "GET", `/search?q=a&tag=x&${query}`, { headers }), { q: "a", tag: ["x"] });
    assert.equal((await host.ask("GET", `/me?${query}`, { headers })).status, 401);
    for (const name of names) assert.equal((await host.askAs(good, "GET", `/${name}`)).status, 404, name);
  }),
  behaviour("a form is read as strictly as JSON", async (host) => {
    const urlencoded = "application/x-www-form-urlencoded";
    expectJson(await sent(host, "text=a+%C3%A9", urlencoded, "/form"), { text: "a é" });
    assert.equal((await sent(host, "text=a&text=b", urlencoded, "/form")).status, 400);
    assert.equal((await sent(host, "text=a&admin=1", urlencoded, "/form")).status, 422);
    assert.equal((await sent(host, "__proto__=1", urlencoded, "/form")).status, 400);
    assert.equal((await sent(host, '{"text":"a"}', "application/json", "/form")).status, 415);
  }),
];

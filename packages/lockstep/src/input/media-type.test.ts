import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { body as jsonBody, createApi, post } from "../index.ts";
import { cpuMsOf } from "../cpu-time.fixture.ts";
import { Problem } from "../problem/problem.ts";
import { hostRequest } from "./host-request.fixture.ts";
import { type BodyKind, checkContentType, checkUndeclared, isAccepted, parseMediaType } from "./media-type.ts";

const json: BodyKind = { accepted: ["application/json", "application/*+json"], text: true };

function check(headers: Readonly<Record<string, string | readonly string[]>>, kind: BodyKind = json): string {
  try {
    return String(checkContentType(hostRequest({ headers }), kind));
  } catch (error) {
    if (error instanceof Problem) return `${error.status} ${error.code}`;
    throw error;
  }
}

const typed = (...contentType: string[]): string => check({ "content-type": contentType });

test("parses type, subtype and parameters, quoted or not (RFC 9110 §8.3.1)", () => {
  const parsed = parseMediaType('Application/JSON ;\tCharset=UTF-8;; profile="a\\"b;c" ;');
  assert.deepEqual(parsed, {
    type: "application",
    subtype: "json",
    parameters: new Map([
      ["charset", "UTF-8"],
      ["profile", 'a"b;c'],
    ]),
  });
});

test("D-08: refuses what is only nearly a media type", () => {
  const wrong = [
    "application/json\ta",
    "application/json garbage",
    "application/json,text/html",
    "application/json, application/json",
    " application/json",
    "application/json ",
    "application",
    "application/",
    "/json",
    "application/json/x",
    "application /json",
    "application/json;charset",
    "application/json;charset =utf-8",
    "application/json; charset= utf-8",
    'application/json;a="b',
    'application/json;a="b"c',
    "application/json;a=b;A=c",
    "application/json\u0000",
    "application/jsön",
    "",
  ];
  for (const text of wrong) assert.equal(parseMediaType(text), undefined, JSON.stringify(text));
});

test("D-08: a body is JSON only if it says so, once", () => {
  for (const text of [
    "application/json",
    "APPLICATION/json",
    "application/json; charset=utf-8",
    "application/problem+json",
    "application/vnd.x.v1+json;q=1",
  ]) {
    assert.equal(typed(text), "true", text);
  }
  for (const text of [
    "text/json",
    "application/jsonp",
    "application/x-json",
    "application/+json",
    "text/x+json",
    "application/json+xml",
    "text/plain",
    "*/*",
  ]) {
    assert.equal(typed(text), "415 unsupported_media_type", text);
  }
  assert.equal(typed("application/json", "application/json"), "415 unsupported_media_type");
  assert.equal(typed("application/json", "text/html"), "415 unsupported_media_type");
  assert.equal(typed("application/json\ta"), "415 unsupported_media_type");
});

test("D-09: text is UTF-8 and nothing else", () => {
  for (const charset of ["utf-8", "UTF-8", '"utf-8"', '"utf\\-8"'])
    assert.equal(typed(`application/json;charset=${charset}`), "true", charset);
  for (const charset of ["utf8", "UTF8", '"utf8"', "unicode-1-1-utf-8", "us-ascii", "US-ASCII"])
    assert.equal(typed(`application/json;charset=${charset}`), "true", charset);
  for (const charset of ["utf-16", "utf-7", "utf-8-sig", "utf-8-bom", "iso-8859-1", "latin1", "ascii8", '""', "x"]) {
    assert.equal(typed(`application/json;charset=${charset}`), "415 unsupported_charset", charset);
  }
  assert.equal(check({ "content-type": "text/plain;charset=utf-16" }, { accepted: [], text: false }), "true");
});

test("D-09: whatever label of UTF-8 a body has, its bytes are read as strict UTF-8 (WHATWG Encoding §4.2)", async () => {
  const sent = z.object({ a: z.string() });
  const routes = [post("/", { public: "test", deps: { it: jsonBody(sent) }, response: sent }, ({ it }) => it)];
  const api = createApi({ title: "t", version: "1", audit: () => {}, routes });
  const send = async (charset: string, bytes: Uint8Array<ArrayBuffer>): Promise<Response> => {
    const headers = { "content-type": `application/json;charset=${charset}` };
    return api.fetch(new Request("http://x/", { method: "POST", headers, body: bytes }));
  };
  const latin1 = Uint8Array.from('{"a":"\xe9"}', (unit) => unit.charCodeAt(0));
  for (const charset of ["utf-8", "utf8", "us-ascii"]) {
    assert.deepEqual(await (await send(charset, new TextEncoder().encode('{"a":"é"}'))).json(), { a: "é" });
    assert.equal((await send(charset, latin1)).status, 400, charset);
  }
});

test("D-09: nothing is decompressed", () => {
  const encoded = (...encodings: string[]) => check({ "content-type": "application/json", "content-encoding": encodings });
  assert.equal(encoded(), "true");
  assert.equal(encoded("Identity"), "true");
  for (const encoding of ["gzip", "br", "x-gzip", "identity, gzip", ""])
    assert.equal(encoded(encoding), "415 unsupported_encoding", encoding);
  assert.equal(encoded("identity", "deflate"), "415 unsupported_encoding");
});

test("a body that says nothing must be empty", () => {
  assert.equal(check({}), "false");
  checkUndeclared(new Uint8Array(), json.accepted);
  assert.throws(() => checkUndeclared(new Uint8Array(1), json.accepted), { status: 415, code: "unsupported_media_type" });
  checkUndeclared(new Uint8Array(1), []);
});

const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/u);

test("reads back every media type it could have been given", () => {
  const value = fc.stringMatching(/^[\t -~]*$/u);
  fc.assert(
    fc.property(
      token,
      token,
      fc.uniqueArray(fc.tuple(token, value), { selector: ([name]) => name.toLowerCase() }),
      (type, subtype, parameters) => {
        const quoted = parameters.map(([name, one]) => `; ${name}="${one.replaceAll(/["\\]/gu, "\\$&")}"`);
        assert.deepEqual(parseMediaType(`${type}/${subtype}${quoted.join("")}`), {
          type: type.toLowerCase(),
          subtype: subtype.toLowerCase(),
          parameters: new Map(parameters.map(([name, one]) => [name.toLowerCase(), one])),
        });
      },
    ),
  );
});

test("accepts as JSON nothing that does not begin with a JSON media type and end or go on with a semicolon", () => {
  const start = fc.constantFrom("application/json", "application/x+json", "application/jso", "application/json ", "text/json");
  fc.assert(
    fc.property(start, fc.string({ unit: "binary", maxLength: 12 }), (head, tail) => {
      const parsed = parseMediaType(head + tail);
      if (parsed === undefined || !isAccepted(json.accepted, parsed)) return;
      assert.match((head + tail).toLowerCase(), /^application\/(?:json|[!#$%&'*+\-.^_`|~0-9a-z]+\+json)(?:[ \t]*;.*)?$/u);
    }),
  );
});

test("D-12: hostile media types of 64 KiB cost linear time", () => {
  for (const text of [" ", ";", "; ", ";a=", ';a="', "\\", ';a="\\']) {
    assert.ok(cpuMsOf(() => parseMediaType(`application/json${text.repeat(65_536 / text.length)}`)) < 250, text);
  }
});

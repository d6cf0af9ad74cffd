import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { body as jsonBody, createApi, post } from "../index.ts";
import { Problem } from "../problem/problem.ts";
import { hostRequest } from "./host-request.fixture.ts";
import { parseMediaType } from "../http/media-type.ts";
import { type BodyKind, checkContentType, checkUndeclared, isAccepted } from "./content-type.ts";

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

test("a body is JSON only if it says so, once (D-08)", () => {
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

test("text is UTF-8 and nothing else (D-09)", () => {
  for (const charset of ["utf-8", "UTF-8", '"utf-8"', '"utf\\-8"'])
    assert.equal(typed(`application/json;charset=${charset}`), "true", charset);
  for (const charset of ["utf8", "UTF8", '"utf8"', "unicode-1-1-utf-8", "us-ascii", "US-ASCII"])
    assert.equal(typed(`application/json;charset=${charset}`), "true", charset);
  for (const charset of ["utf-16", "utf-7", "utf-8-sig", "utf-8-bom", "iso-8859-1", "latin1", "ascii8", '""', "x"]) {
    assert.equal(typed(`application/json;charset=${charset}`), "415 unsupported_charset", charset);
  }
  assert.equal(check({ "content-type": "text/plain;charset=utf-16" }, { accepted: [], text: false }), "true");
});

test("whatever label of UTF-8 a body has, its bytes are read as strict UTF-8 (D-09; WHATWG Encoding §4.2)", async () => {
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

test("nothing is decompressed (D-09)", () => {
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

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assertLinear } from "../cpu-time.fixture.ts";
import { isJson, parseMediaType } from "./media-type.ts";
import { tokenPattern } from "./token.ts";

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

test("refuses text that is only nearly a media type (D-08)", () => {
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

const token = fc.stringMatching(new RegExp(`^${tokenPattern}$`, "u"));

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

test("hostile media types of 64 KiB cost linear time (D-12)", () => {
  for (const text of [" ", ";", "; ", ";a=", ';a="', "\\", ';a="\\']) {
    const parsing = (size: number) => {
      const header = `application/json${text.repeat(size / text.length)}`;
      return () => void parseMediaType(header);
    };
    assertLinear(parsing, 65_536, text);
  }
});

test("JSON is the subtype json or a suffix (RFC 6839 §3.1)", () => {
  const subtypes = ["json", "problem+json", "vnd.x.v1+json", "jsonp", "x-json", "+json", "json+xml"];
  const isJsonOf = (subtype: string): boolean => isJson({ type: "application", subtype, parameters: new Map() });
  assert.deepEqual(subtypes.filter(isJsonOf), ["json", "problem+json", "vnd.x.v1+json"]);
});

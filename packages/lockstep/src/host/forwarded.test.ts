import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressIn, forwardedProtocol } from "./forwarded.ts";

describe("the protocol that proxies report", () => {
  for (const [values, hops, expected] of [
    [["https"], 1, "https"],
    [["http"], 1, "http"],
    [["https, http"], 2, "https"],
    [["https", "http"], 2, "https"],
    [["https, http"], 1, "http"],
    [["https, http, http"], 2, "http"],
    [["https"], 2, "https"],
    [[" HTTPS "], 1, "https"],
    [[], 1, undefined],
    [["https, , http"], 1, "http"],
  ] as const) {
    test(`of ${JSON.stringify(values)} behind ${hops} is ${expected}`, () => {
      assert.equal(forwardedProtocol(values, hops), expected);
    });
  }
});

describe("an address", () => {
  for (const [text, expected] of [
    ["203.0.113.7", "203.0.113.7"],
    ["203.0.113.7:4711", "203.0.113.7"],
    [" 203.0.113.7 ", "203.0.113.7"],
    ["2001:db8::1", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["[2001:db8::1]:4711", "2001:db8::1"],
    ["::ffff:203.0.113.7", "::ffff:203.0.113.7"],
    ["fe80::1%eth0", "fe80::1%eth0"],
    ["::1", "::1"],
    ["unknown", undefined],
    ["_hidden", undefined],
    ["", undefined],
    [undefined, undefined],
    ["203.0.113.7, 10.0.0.1", undefined],
    ["203.0.113.7\r\nx", undefined],
    ["localhost:80", undefined],
  ] as const) {
    test(`in ${JSON.stringify(text)} is ${expected}`, () => assert.equal(addressIn(text), expected));
  }
});

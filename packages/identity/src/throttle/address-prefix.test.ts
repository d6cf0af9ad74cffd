import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { networkOf, unknownNetwork } from "./address-prefix.ts";

const byte = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(byte, byte, byte, byte);
const group = fc.integer({ min: 0, max: 0xffff });
const ipv6 = fc.array(group, { minLength: 8, maxLength: 8 });

function hex(groups: readonly number[]): string {
  return groups.map((each) => each.toString(16)).join(":");
}

describe("networkOf()", () => {
  test("an IPv4 address is in its /24, an IPv6 address in its /64", () => {
    assert.equal(networkOf("192.0.2.77"), "192.0.2.0/24");
    assert.equal(networkOf("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    assert.equal(networkOf("2001:db8::1"), "2001:db8:0:0::/64");
    assert.equal(networkOf("::1"), "0:0:0:0::/64");
    assert.equal(networkOf("fe80::"), "fe80:0:0:0::/64");
  });

  test("neighbours share a network; others do not", () => {
    assert.equal(networkOf("192.0.2.1"), networkOf("192.0.2.254"));
    assert.notEqual(networkOf("192.0.2.1"), networkOf("192.0.3.1"));
    assert.equal(networkOf("2001:db8::1"), networkOf("2001:db8::ffff:ffff:ffff:ffff"));
    assert.notEqual(networkOf("2001:db8::1"), networkOf("2001:db8:0:1::1"));
  });

  test("every spelling of an IPv6 address is in the same network (L-11)", () => {
    fc.assert(
      fc.property(ipv6, (groups) => {
        const full = groups.map((each) => each.toString(16).padStart(4, "0")).join(":");
        const compressed = new URL(`http://[${full}]`).hostname.slice(1, -1);
        const expected = networkOf(full);
        for (const text of [
          compressed,
          full.toUpperCase(),
          hex(groups),
          `${full}%eth0`,
          `[${full}]`,
          `[${full}]:4711`,
          ` ${full} `,
        ]) {
          assert.equal(networkOf(text), expected, text);
        }
      }),
    );
  });

  test("an IPv4 address that is mapped into IPv6 is the IPv4 address", () => {
    fc.assert(
      fc.property(ipv4, ([a, b, c, d]) => {
        const dotted = `${a}.${b}.${c}.${d}`;
        const expected = `${a}.${b}.${c}.0/24`;
        const low = hex([(a << 8) | b, (c << 8) | d]);
        for (const text of [dotted, `::ffff:${dotted}`, `::FFFF:${dotted}`, `0:0:0:0:0:ffff:${low}`, `${dotted}:4711`]) {
          assert.equal(networkOf(text), expected, text);
        }
      }),
    );
  });

  test("connections without an address, or with text that is not one, share one network (L-12)", () => {
    const none = [
      undefined,
      "",
      "unknown",
      "_hidden",
      "192.0.2",
      "192.0.2.256",
      "0300.0.2.1",
      "0x7f.1",
      "2130706433",
      "::ffff:1.2.3",
      "[::1",
    ];
    for (const text of [...none, "1.2.3.4, 5.6.7.8", "::1 ::2", "a".repeat(100_000)])
      assert.equal(networkOf(text), unknownNetwork, text);
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.ipV4(), fc.ipV6(), fc.webUrl()), (text) => {
        assert.match(networkOf(text), /^(?:unknown|[\d.]+\/24|[\da-f:]+\/64)$/);
      }),
    );
  });
});

import assert from "node:assert/strict";
import { isIPv4, isIPv6 } from "node:net";
import { describe, test } from "node:test";
import fc from "fast-check";
import { networksOf, unknownNetwork } from "./networks.ts";

const byte = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(byte, byte, byte, byte);
const group = fc.integer({ min: 0, max: 0xffff });
const ipv6 = fc.array(group, { minLength: 8, maxLength: 8 });

function hex(groups: readonly number[]): string {
  return groups.map((each) => each.toString(16)).join(":");
}

describe("networksOf()", () => {
  test("an IPv4 address is alone, and in its /24; an IPv6 address is in its /64 and /48", () => {
    assert.deepEqual(networksOf("192.0.2.77"), { narrow: "192.0.2.77", wide: "192.0.2.0/24" });
    assert.deepEqual(networksOf("2001:db8:1:2:3:4:5:6"), { narrow: "2001:db8:1:2::/64", wide: "2001:db8:1::/48" });
    assert.deepEqual(networksOf("2001:db8::1"), { narrow: "2001:db8:0:0::/64", wide: "2001:db8:0::/48" });
    assert.deepEqual(networksOf("::1"), { narrow: "0:0:0:0::/64", wide: "0:0:0::/48" });
  });

  test("neighbours share the wide network only", () => {
    const shared = (one: string, other: string) => {
      const [a, b] = [networksOf(one), networksOf(other)];
      return [a.narrow === b.narrow, a.wide === b.wide];
    };
    assert.deepEqual(shared("192.0.2.1", "192.0.2.254"), [false, true]);
    assert.deepEqual(shared("192.0.2.1", "192.0.3.1"), [false, false]);
    assert.deepEqual(shared("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff"), [true, true]);
    assert.deepEqual(shared("2001:db8::1", "2001:db8:0:1::1"), [false, true]);
    assert.deepEqual(shared("2001:db8::1", "2001:db8:1::1"), [false, false]);
  });

  test("every spelling of an IPv6 address is in the same network (L-11)", () => {
    fc.assert(
      fc.property(ipv6, (groups) => {
        const full = groups.map((each) => each.toString(16).padStart(4, "0")).join(":");
        const compressed = new URL(`http://[${full}]`).hostname.slice(1, -1);
        const expected = networksOf(full);
        for (const text of [
          compressed,
          full.toUpperCase(),
          hex(groups),
          `${full}%eth0`,
          `[${full}]`,
          `[${full}]:4711`,
          ` ${full} `,
        ]) {
          assert.deepEqual(networksOf(text), expected, text);
        }
      }),
    );
  });

  test("an IPv4 address that is mapped into IPv6 is the IPv4 address", () => {
    fc.assert(
      fc.property(ipv4, ([a, b, c, d]) => {
        const dotted = `${a}.${b}.${c}.${d}`;
        const expected = { narrow: dotted, wide: `${a}.${b}.${c}.0/24` };
        const low = hex([(a << 8) | b, (c << 8) | d]);
        for (const text of [dotted, `::ffff:${dotted}`, `::FFFF:${dotted}`, `0:0:0:0:0:ffff:${low}`, `${dotted}:4711`]) {
          assert.deepEqual(networksOf(text), expected, text);
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
      assert.deepEqual(networksOf(text), { narrow: unknownNetwork, wide: unknownNetwork }, text);
  });

  test("an address is what Node.js takes for one", () => {
    const almost = fc.stringMatching(/^[\da-f.:]{1,24}$/);
    const dotted = fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 3, maxLength: 5 }).map((parts) => parts.join("."));
    fc.assert(
      fc.property(
        fc.oneof(
          almost,
          dotted,
          fc.ipV4(),
          fc.ipV6(),
          dotted.map((text) => `::ffff:${text}`),
        ),
        (text) => {
          // One with a port is read without it.
          fc.pre(!/^[\d.]+:\d+$/.test(text));
          assert.equal(networksOf(text).narrow !== unknownNetwork, isIPv4(text) || isIPv6(text), text);
        },
      ),
    );
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.ipV4(), fc.ipV6(), fc.webUrl()), (text) => {
        assert.match(Object.values(networksOf(text)).join(), /^(?:unknown,unknown|[\d.]+,[\d.]+\/24|[\da-f:]+\/64,[\da-f:]+\/48)$/);
      }),
    );
  });
});

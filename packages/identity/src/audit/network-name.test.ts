import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { networkName } from "./network-name.ts";

const key = randomBytes(32);

/** Addresses of one network on each line. */
const networks: readonly (readonly string[])[] = [
  ["192.0.2.1", "192.0.2.255", "::ffff:192.0.2.7", "::FFFF:192.0.2.7", "::ffff:c000:207", "0:0:0:0:0:ffff:c000:207"],
  ["192.0.3.1"],
  ["2001:db8:1::1", "2001:DB8:1:ffff::", "2001:db8:1:0:0:0:0:9", "2001:db8:1:2:3:4:5:6%eth0"],
  ["2001:db8:2::1"],
  ["::1", "::2"],
  ["fe80::1%1"],
];

test("addresses of one IPv4 /24 or IPv6 /48 have one name, and others have another", () => {
  const names = networks.map((addresses) => new Set(addresses.map((address) => networkName(key, address))));
  assert.deepEqual(
    names.map(({ size }) => size),
    networks.map(() => 1),
  );
  assert.equal(new Set(names.flatMap((each) => [...each])).size, networks.length);
});

test("the name does not contain the address, and differs under another key", () => {
  const name = networkName(key, "192.0.2.1");
  assert.match(name, /^[\w-]{16}$/);
  assert.notEqual(networkName(randomBytes(32), "192.0.2.1"), name);
});

test("without an address, and with a text that is not an address, the name is unknown", () => {
  for (const address of [undefined, "", "unknown", "192.0.2", "192.0.2.1.5", "::ffff:192.0.2.256", "1:2:3"])
    assert.equal(networkName(key, address), "unknown");
  fc.assert(fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (address) => networkName(key, address).length <= 16));
});

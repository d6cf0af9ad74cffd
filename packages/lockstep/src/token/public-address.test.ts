import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { isLoopbackAddress, isPublicAddress, isPublicHost } from "./public-address.ts";

const hostOf = (host: string): string => new URL(`https://${host}/`).hostname;

describe("which hosts are on the public internet (I-09)", () => {
  test("accepts public names and addresses", () => {
    for (const host of [
      "as.example.com",
      "login.microsoftonline.com.",
      "8.8.8.8",
      "172.32.0.1",
      "192.0.3.1",
      "100.128.0.1",
      "[2606:4700::1111]",
      "[2001:4860:4860::8888]",
      "münchen.de",
    ]) {
      assert.ok(isPublicHost(hostOf(host)), host);
    }
  });

  test("refuses private, loopback, link-local, shared and reserved IPv4 addresses (RFC 6890)", () => {
    const hosts = [
      "127.0.0.1",
      "127.255.255.255",
      "0.0.0.0",
      "10.0.0.1",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.1.1",
      "169.254.169.254",
      "100.100.100.200",
      "192.0.0.1",
      "192.0.2.1",
      "198.18.0.1",
      "198.51.100.1",
      "203.0.113.1",
      "224.0.0.1",
      "240.0.0.1",
      "255.255.255.255",
    ];
    for (const host of hosts) assert.ok(!isPublicHost(hostOf(host)), host);
  });

  test("sees through every spelling of an IPv4 address", () => {
    for (const host of [
      "2130706433",
      "0x7f.1",
      "0177.0.0.1",
      "127.1",
      "0x7f000001",
      "017700000001",
      "１２７.0.0.1",
      "127.0.0.1.",
      "0xa9fea9fe",
      "2852039166",
      "0",
    ]) {
      assert.ok(!isPublicHost(hostOf(host)), host);
    }
  });

  test("refuses IPv6 that is not global unicast, or tunnels to IPv4", () => {
    const hosts = [
      "::1",
      "::",
      "::ffff:127.0.0.1",
      "::ffff:169.254.169.254",
      "::ffff:8.8.8.8",
      "::127.0.0.1",
      "fd00::1",
      "fc00::1",
      "fe80::1",
      "fec0::1",
      "ff02::1",
      "64:ff9b::7f00:1",
      "2002:7f00:1::",
      "2001::1",
      "2001:db8::1",
      "3fff::1",
      "100::1",
    ];
    for (const host of hosts) assert.ok(!isPublicHost(hostOf(`[${host}]`)), host);
  });

  test("refuses local names, whatever their case and trailing dot, and names without a dot", () => {
    for (const host of [
      "localhost",
      "localhost.",
      "LOCALHOST",
      "x.localhost",
      "x.localhost.",
      "metadata.google.internal",
      "metadata",
      "printer.local",
      "kubernetes.default.svc.internal",
      "router.lan",
      "box.home.arpa",
    ]) {
      assert.ok(!isPublicHost(hostOf(host)), host);
    }
    assert.ok(isPublicHost(hostOf("localhost.example.com")));
    assert.ok(isPublicHost(hostOf("notlocalhost.com")));
  });

  test("judges resolved addresses in any form, and refuses text that is not an address", () => {
    for (const address of ["10.1.2.3", "::1", "::ffff:10.0.0.1", "fe80::1%eth0", "", "example.com", "1.2.3.4.5", ":::", "[::1]"])
      assert.ok(!isPublicAddress(address), address);
    for (const address of ["8.8.8.8", "2606:4700:0:0:0:0:0:1111"]) assert.ok(isPublicAddress(address), address);
  });

  test("calls loopback only what is written as a loopback address", () => {
    assert.deepEqual(["127.0.0.1", "[::1]", "localhost", "127.0.0.1.example.com", "10.0.0.1"].map(isLoopbackAddress), [
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test("finds no IPv4 address public in one spelling and private in another", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (value) => {
        const dotted = [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
        const isPublic = isPublicAddress(dotted);
        assert.equal(isPublicHost(hostOf(String(value))), isPublic);
        assert.equal(isPublicHost(hostOf(`0x${value.toString(16)}`)), isPublic);
        assert.ok(!isPublicAddress(`::ffff:${dotted}`));
      }),
    );
  });

  test("returns an answer for any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => typeof isPublicAddress(text) === "boolean" && typeof isPublicHost(text) === "boolean"),
    );
  });
});

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { Redacted } from "lockstep";
import { identityKey } from "../secret/identity-key.ts";
import { newSecret } from "../secret/opaque-token.ts";
import { seal } from "../secret/seal.ts";
import { testSettings } from "../settings.fixture.ts";
import { openSqlite } from "../store/sqlite/index.ts";
import { deviceCookie, deviceCookieName, deviceLifetimeSeconds, findDevice, isDeviceOf, issueDevice } from "./device-cookie.ts";

const { settings, clock } = testSettings(openSqlite(":memory:"));
const account = "1f0c1b0e-0000-4000-8000-000000000001";
const other = "1f0c1b0e-0000-4000-8000-000000000002";

function newKey() {
  return identityKey(new Redacted(randomBytes(32).toString("base64url")));
}

describe("device cookies", () => {
  test("belong to the account they were issued to, and to no other", () => {
    const device = issueDevice(settings, account);
    assert.equal(isDeviceOf(settings, device, account), true);
    assert.equal(isDeviceOf(settings, device, other), false);
    assert.equal(isDeviceOf(settings, undefined, account), false);
  });

  test("are never the same twice, and say nothing about the account", () => {
    const devices = Array.from({ length: 20 }, () => issueDevice(settings, account));
    assert.equal(new Set(devices).size, 20);
    assert.equal(new Set(devices.map((device) => findDevice(settings, device)?.id)).size, 20);
    for (const device of devices) {
      const texts = device.split(".").flatMap((part) => [part, Buffer.from(part, "base64url").toString("latin1")]);
      for (const text of texts) assert.doesNotMatch(text, /1f0c1b0e|000000000001/);
    }
  });

  test("expire after 180 days", () => {
    const device = issueDevice(settings, account);
    const later = (seconds: number) => ({ ...settings, clock: () => clock.now + seconds * 1000 });
    assert.equal(deviceLifetimeSeconds, 180 * 86_400);
    assert.equal(isDeviceOf(later(deviceLifetimeSeconds - 1), device, account), true);
    assert.equal(isDeviceOf(later(deviceLifetimeSeconds), device, account), false);
  });

  test("a text that was sealed for another purpose or record, or a secret of another kind, is not a device cookie (S-16)", () => {
    const content = new Redacted(JSON.stringify(["id", account, clock.now]));
    const ours = { purpose: "device-cookie", record: "device" } as const;
    assert.equal(isDeviceOf(settings, seal(content, ours, settings.keys), account), true);
    const foreign = [
      seal(content, { ...ours, purpose: "signing-key-seal" }, settings.keys),
      seal(content, { ...ours, purpose: "refresh-successor" }, settings.keys),
      seal(content, { ...ours, purpose: "throttle-fingerprint" }, settings.keys),
      seal(content, { ...ours, record: account }, settings.keys),
      newSecret().reveal(),
      content.reveal(),
    ];
    for (const value of foreign) assert.equal(findDevice(settings, value), undefined);
  });

  test("a value that was changed, cut, lengthened or sealed under another key is not a device cookie (S-16)", () => {
    const device = issueDevice(settings, account);
    assert.notEqual(findDevice(settings, device), undefined);
    for (let at = 0; at < device.length; at += 1) {
      const changed = `${device.slice(0, at)}${device[at] === "A" ? "B" : "A"}${device.slice(at + 1)}`;
      assert.equal(findDevice(settings, changed), undefined, String(at));
      assert.equal(findDevice(settings, device.slice(0, at)), undefined, String(at));
    }
    for (const value of [
      "",
      ".",
      "..",
      "...",
      `${device}.`,
      ` ${device}`,
      `${device}=`,
      `1.${settings.keys.current.id}.`,
      "\0",
      "A".repeat(100_000),
    ]) {
      assert.equal(findDevice(settings, value), undefined, value.slice(0, 40));
    }
    assert.equal(findDevice(settings, issueDevice({ ...settings, keys: { current: newKey(), previous: [] } }, account)), undefined);
  });

  test("stay valid while the key is being replaced, and no longer", () => {
    const device = issueDevice(settings, account);
    const current = newKey();
    assert.equal(isDeviceOf({ ...settings, keys: { current, previous: [settings.keys.current] } }, device, account), true);
    assert.equal(isDeviceOf({ ...settings, keys: { current, previous: [] } }, device, account), false);
  });

  test("are __Host- cookies for 180 days; without Secure in the demo only", () => {
    assert.deepEqual(deviceCookie(settings, "v"), {
      name: "__Host-device",
      value: "v",
      maxAgeSeconds: 180 * 86_400,
      sameSite: "Lax",
      secure: true,
    });
    const demo = { insecureCookies: true };
    assert.deepEqual(
      [deviceCookieName(demo), deviceCookie(demo, "v").name, deviceCookie(demo, "v").secure],
      ["device", "device", false],
    );
  });
});

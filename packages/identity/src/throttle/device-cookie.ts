/**
 * A device on which an account has signed in before, known by a cookie: it has a bucket of its own in the throttle, so that
 * whoever keeps an account throttled does not lock out its owner (attack row L-04). It proves nothing else and opens nothing:
 * stolen, it is worth the attempts of that bucket.
 */
import { randomBytes } from "node:crypto";
import { type Cookie, Redacted } from "lockstep";
import { type Binding, seal, SealBroken, unseal } from "../secret/seal.ts";
import type { Settings } from "../settings.ts";

/** What a device cookie says to us; to everybody else it is noise. */
export interface Device {
  /** Random: names the device's bucket. */
  readonly id: string;
  /** The account that signed in there. */
  readonly accountId: string;
}

/** How long a device is known, in seconds: 180 days. */
export const deviceLifetimeSeconds: number = 180 * 86_400;

const binding: Binding = { purpose: "device-cookie", record: "device" };
const maxLength = 512;
const idBytes = 16;

/** The name of the cookie: `__Host-device`; `device` in the demo without TLS. */
export function deviceCookieName({ insecureCookies }: Pick<Settings, "insecureCookies">): string {
  return insecureCookies ? "device" : "__Host-device";
}

/** Makes the value of a device's cookie, for an account that has just signed in on it. */
export function issueDevice({ keys, clock }: Pick<Settings, "keys" | "clock">, accountId: string): string {
  const id = randomBytes(idBytes).toString("base64url");
  return seal(new Redacted(JSON.stringify([id, accountId, clock()])), binding, keys);
}

/** The cookie that makes a device known. */
export function deviceCookie(settings: Pick<Settings, "insecureCookies">, value: string): Cookie {
  return {
    name: deviceCookieName(settings),
    value,
    maxAgeSeconds: deviceLifetimeSeconds,
    sameSite: "Lax",
    secure: !settings.insecureCookies,
  };
}

/** Reads a cookie; nothing for one that is not ours, too old, or made for another purpose (attack row S-16). */
export function findDevice({ keys, clock }: Pick<Settings, "keys" | "clock">, value: string | undefined): Device | undefined {
  if (value === undefined || value.length > maxLength) return undefined;
  try {
    // Sealed by `issueDevice` only: nothing else has this purpose.
    const [id, accountId, at] = JSON.parse(unseal(value, binding, keys).reveal()) as [string, string, number];
    return clock() < at + deviceLifetimeSeconds * 1000 ? { id, accountId } : undefined;
  } catch (error) {
    if (error instanceof SealBroken) return undefined;
    throw error;
  }
}

/** Tells whether a cookie says that this account has signed in on the device. */
export function isDeviceOf(settings: Pick<Settings, "keys" | "clock">, value: string | undefined, accountId: string): boolean {
  return findDevice(settings, value)?.accountId === accountId;
}

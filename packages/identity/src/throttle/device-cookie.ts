/**
 * A device on which an account has signed in before, recognised by a cookie. It has its own bucket in the throttle, so an
 * attacker who keeps an account throttled does not lock out its owner (L-04). The cookie proves nothing else: a stolen one is
 * worth the attempts of that bucket.
 */
import { randomBytes } from "node:crypto";
import { type Cookie, Redacted } from "lockstep";
import { type Binding, seal, SealBroken, unseal } from "../secret/seal.ts";
import type { Settings } from "../settings.ts";

/** The content of a device cookie, which only we can read. */
export interface Device {
  /** Random. The name of the device's bucket. */
  readonly id: string;
  /** The account that signed in there. */
  readonly accountId: string;
}

/** How long a device is known: 180 days. Seconds. */
export const deviceLifetimeSeconds: number = 180 * 86_400;

const binding: Binding = { purpose: "device-cookie", record: "device" };
const maxLength = 512;
const idBytes = 16;

/** The name of the cookie: `__Host-device`; `device` in the demo without TLS. */
export function deviceCookieName({ insecureCookies }: Pick<Settings, "insecureCookies">): string {
  return insecureCookies ? "device" : "__Host-device";
}

/** Makes the value of the cookie of a device on which an account has just signed in. */
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

/** Reads a cookie. Returns `undefined` for one that is not ours, too old, or made for another purpose (S-16). */
export function findDevice({ keys, clock }: Pick<Settings, "keys" | "clock">, value: string | undefined): Device | undefined {
  if (value === undefined || value.length > maxLength) return undefined;
  try {
    // Only `issueDevice` seals for this purpose.
    const [id, accountId, at] = JSON.parse(unseal(value, binding, keys).reveal()) as [string, string, number];
    return clock() < at + deviceLifetimeSeconds * 1000 ? { id, accountId } : undefined;
  } catch (error) {
    if (error instanceof SealBroken) return undefined;
    throw error;
  }
}

/** Whether a cookie says that this account has signed in on the device. */
export function isDeviceOf(settings: Pick<Settings, "keys" | "clock">, value: string | undefined, accountId: string): boolean {
  return findDevice(settings, value)?.accountId === accountId;
}

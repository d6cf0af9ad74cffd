/**
 * The name of a network in an event: a keyed hash, because no event contains an address. Somebody who reads the table can see
 * that two events came from one network, and not from which.
 */
import { createHmac } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";

const characters = 16;

/** The name of the network of an address: its IPv4 /24 or IPv6 /48. `unknown` without an address. */
export function networkName(key: Buffer, address: string | undefined): string {
  const network = networkOf(address ?? "");
  if (network === undefined) return "unknown";
  return createHmac("sha256", key).update(network).digest("base64url").slice(0, characters);
}

/** An IPv4 address that is mapped into IPv6 (RFC 4291 §2.5.5.2) is an IPv4 address. */
function networkOf(address: string): string | undefined {
  const bare = address.replace(/^::ffff:(?=[\d.]+$)/i, "").replace(/%.*$/s, "");
  if (isIPv4(bare)) return `${bare.split(".", 3).join(".")}.0/24`;
  if (!isIPv6(bare)) return undefined;
  // The URL parser writes every address in one way, in hexadecimal and with at most one `::`.
  const [head = "", tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill("0"), ...after];
  if (groups.slice(0, 5).every((group) => group === "0") && groups[5] === "ffff") return mapped(groups[6], groups[7]);
  return `${groups.slice(0, 3).join(":")}::/48`;
}

function mapped(high = "0", low = "0"): string {
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return `${a >> 8}.${a & 0xff}.${b >> 8}.0/24`;
}

/**
 * The network of an address. Attempts are counted by network, because a client that has one address of an IPv4 /24 or an IPv6 /64
 * often has them all. The host says which address a connection has (`trustedProxies`); no header is read here.
 */
import { isIPv4, isIPv6 } from "node:net";

/** Connections without an address, such as those of a unix socket, are one network (L-12). */
export const unknownNetwork = "unknown";

/**
 * The network of an address, in one spelling: `192.0.2.0/24`, `2001:db8:0:1::/64`. An IPv4 address that is mapped into IPv6 (RFC
 * 4291 §2.5.5.2) is an IPv4 address; a port and a zone are left out. Text that is not an address is the network `unknown`.
 */
export function networkOf(address: string | undefined): string {
  const bare = withoutPort((address ?? "").trim()).replace(/%.*$/s, "");
  if (isIPv4(bare)) return networkOfIPv4(bare.split("."));
  if (!isIPv6(bare)) return unknownNetwork;
  const groups = groupsOf(bare);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, high = 0, low = 0] = groups;
  if ((a | b | c | d | e) === 0 && f === 0xffff) return networkOfIPv4([high >> 8, high & 0xff, low >> 8]);
  return `${[a, b, c, d].map((group) => group.toString(16)).join(":")}::/64`;
}

function networkOfIPv4([a = 0, b = 0, c = 0]: readonly (string | number)[]): string {
  return `${a}.${b}.${c}.0/24`;
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}

/** The eight groups of an IPv6 address, which the URL parser writes in hexadecimal with at most one `::`. */
function groupsOf(address: string): readonly number[] {
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const before = groups(head);
  if (tail === undefined) return before;
  const after = groups(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function groups(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

/**
 * The networks of an address, for counting requests. The narrow one is what a client usually has for itself: one IPv4 address, an
 * IPv6 /64. The wide one is what one customer of a provider may have: an IPv4 /24, an IPv6 /48. The host says which address a
 * connection has; no header is read here.
 */

/** Connections without an address are one network (L-12). */
export const unknownNetwork = "unknown";

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** The networks of an address, in one spelling. */
export interface Networks {
  /** `192.0.2.1`, or `2001:db8:0:1::/64`. */
  readonly narrow: string;
  /** `192.0.2.0/24`, or `2001:db8:0::/48`. */
  readonly wide: string;
}

/**
 * The networks of an address. An IPv4 address that is mapped into IPv6 (RFC 4291 §2.5.5.2) is an IPv4 address; a port and a zone
 * are left out. Text that is not an address is the network `unknown`.
 *
 * @example
 * ```ts
 * const { narrow } = networksOf(connection.address); // "2001:db8:0:1::/64"
 * ```
 */
export function networksOf(address: string | undefined): Networks {
  const bare = withoutPort((address ?? "").trim()).replace(/%.*$/s, "");
  if (ipv4.test(bare)) return networksOfIPv4(bare.split(".").map(Number));
  if (!isIPv6(bare)) return { narrow: unknownNetwork, wide: unknownNetwork };
  const groups = groupsOf(bare);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, high = 0, low = 0] = groups;
  if ((a | b | c | d | e) === 0 && f === 0xffff) return networksOfIPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]);
  const [first, second, third, fourth] = [a, b, c, d].map((group) => group.toString(16));
  return { narrow: `${first}:${second}:${third}:${fourth}::/64`, wide: `${first}:${second}:${third}::/48` };
}

/** The URL parser knows what an IPv6 address is (RFC 4291 §2.2). */
function isIPv6(text: string): boolean {
  return /^[\da-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]`);
}

function networksOfIPv4(bytes: readonly number[]): Networks {
  return { narrow: bytes.join("."), wide: `${bytes.slice(0, 3).join(".")}.0/24` };
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

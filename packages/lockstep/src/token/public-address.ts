/**
 * Which hosts are on the public internet, told from their text (I-09): a server that fetches what a setting or
 * an issuer's metadata names must not be led to its own network or to a cloud's metadata service. What a name resolves to
 * is checked by the caller, with the same functions.
 */

/** Special-purpose blocks of IPv4 (RFC 6890 and its registry): first address and length of the prefix. */
const specialIpv4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/** Endings of names that are not on the public internet (RFC 6761, RFC 6762, RFC 8375, and what clouds use inside). */
const localSuffixes = ["localhost", "local", "localdomain", "internal", "intranet", "lan", "home.arpa", "test", "invalid", "onion"];

const ipv4Shape = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/**
 * Tells whether a host, as `URL.hostname` gives it, may be public. The URL parser has already brought every spelling of an
 * address (decimal, octal, hexadecimal, short, mapped, full-width) into one form. A name without a dot is never public.
 */
export function isPublicHost(hostname: string): boolean {
  if (hostname.startsWith("[")) return isPublicAddress(hostname.slice(1, -1));
  if (ipv4Shape.test(hostname)) return isPublicAddress(hostname);
  const name = hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
  return name.includes(".") && !localSuffixes.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
}

/** Tells whether an IP address, in any spelling of it, is on the public internet. Text that is not an address is not. */
export function isPublicAddress(address: string): boolean {
  const isIpv6 = address.includes(":");
  const url = isIpv6 ? `http://[${address}]/` : `http://${address}/`;
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  if (isIpv6) return isPublicIpv6(groupsOf(hostname.slice(1, -1)));
  return ipv4Shape.test(hostname) && isPublicIpv4(hostname);
}

/** Tells whether a host, as `URL.hostname` gives it, is an IP address and not a name. */
export function isAddressHost(hostname: string): boolean {
  return hostname.startsWith("[") || ipv4Shape.test(hostname);
}

/** Tells whether the host is this very machine, written as an address: the only place where plain `http:` can be allowed. */
export function isLoopbackAddress(hostname: string): boolean {
  return hostname === "[::1]" || (ipv4Shape.test(hostname) && hostname.startsWith("127."));
}

function isPublicIpv4(address: string): boolean {
  const value = ipv4Value(address);
  return !specialIpv4.some(([start, length]) => value >>> (32 - length) === ipv4Value(start) >>> (32 - length));
}

function ipv4Value(address: string): number {
  return address.split(".").reduce((value, part) => ((value << 8) | Number(part)) >>> 0, 0);
}

/** The eight numbers of an address in the URL parser's form: lower case, one `::`, no dotted end. */
function groupsOf(address: string): readonly number[] {
  const [head = "", tail] = address.split("::");
  const before = parseGroups(head);
  const after = parseGroups(tail ?? "");
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function parseGroups(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

/**
 * Global unicast is 2000::/3 (RFC 4291 §2.4); everything else (loopback, mapped and translated IPv4, link-local, unique
 * local, multicast) is refused, and within it what tunnels to IPv4 or is for documentation.
 */
function isPublicIpv6([first = 0, second = 0]: readonly number[]): boolean {
  if (first >>> 13 !== 0b001) return false;
  if (first === 0x2001) return second >= 0x200 && second !== 0xdb8;
  return first !== 0x2002 && !(first === 0x3fff && second < 0x1000);
}

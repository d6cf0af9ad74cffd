/** What proxies say of a client: its address and the protocol that it speaks. A host reads it only of proxies that it trusts. */

/**
 * The protocol of the client's connection, out of `X-Forwarded-Proto`. Each proxy adds the protocol of the connection to it, or
 * replaces the header: of a list, the entry of the outermost trusted proxy counts, and a client can only write entries before it.
 *
 * @param hops the number of trusted proxies, at least 1
 */
export function forwardedProtocol(values: readonly string[], hops: number): string | undefined {
  const entries = values.flatMap((value) => value.split(",")).map((entry) => entry.trim().toLowerCase());
  return entries[Math.max(0, entries.length - hops)];
}

const v4 = /^(\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?$/;
const bracketed = /^\[([\da-f:.]+(?:%[\w.~-]+)?)\](?::\d{1,5})?$/i;
const v6 = /^(?=[^:]*:[^:]*:)[\da-f:.]+(?:%[\w.~-]+)?$/i;

/**
 * The address in what a host or a proxy calls one: some proxies add the port (`203.0.113.7:4711`, `[2001:db8::1]:4711`). Two
 * requests of one client differ in it, so it would be counted as many. `undefined` for any other text (`unknown`).
 */
export function addressIn(text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? "";
  return v4.exec(trimmed)?.[1] ?? bracketed.exec(trimmed)?.[1] ?? (v6.test(trimmed) ? trimmed : undefined);
}

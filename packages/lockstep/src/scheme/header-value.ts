/** Reading a credential that is the whole value of one header. */
import type { CredentialSource } from "../dependency/source.ts";
import { isPrintable } from "../http/token.ts";
import type { Refusal } from "../outcome/refusal.ts";
import { maxCredentialBytes } from "./authorization-header.ts";
import { malformedCredential, repeatedCredential } from "./extraction.ts";

const repeated = repeatedCredential("header: more than one value");
const malformed = malformedCredential("header: not visible ASCII and spaces");
const tooLong = malformedCredential(`header: longer than ${maxCredentialBytes} bytes`);

/**
 * Finds the value of a header of a scheme's own, whose name may be in any case. Returns the value as it was sent: visible ASCII,
 * spaces and commas, at most 8,192 bytes; `undefined` if the header is absent or empty; or a refusal if it came twice or cannot
 * be read.
 *
 * `fetch` hosts and proxies join repeated headers with a comma (RFC 9110 §5.3). If your values have no commas, refuse one that
 * has.
 *
 * @example
 * ```ts
 * const found = findHeader(source, "x-signature");
 * return typeof found === "string" ? new Redacted(found) : found;
 * ```
 */
export function findHeader(source: CredentialSource, name: string): string | Refusal | undefined {
  const [value, ...others] = source.request.headers(name.toLowerCase());
  if (others.length > 0) return repeated;
  if (value === undefined || value === "") return undefined;
  if (value.length > maxCredentialBytes) return tooLong;
  return isPrintable(value) ? value : malformed;
}

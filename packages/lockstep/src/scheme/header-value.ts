/** Reading a credential that is the whole value of one header. */
import { maxCredentialBytes } from "../dependency/scheme-definition.ts";
import type { CredentialSource } from "../dependency/source.ts";
import { isPrintable } from "../http/token.ts";
import type { Refusal } from "../outcome/refusal.ts";
import { malformedCredential, repeatedCredential } from "./extraction.ts";

const repeated = repeatedCredential("header: more than one value");
const malformed = malformedCredential("header: not visible ASCII and spaces");

/**
 * Finds the value of a header of a scheme's own, whose name may be in any case. Returns the value as it was sent: visible ASCII,
 * spaces and commas, at most `maxBytes` long (default 16,384); `undefined` if the header is absent or empty; or a refusal if it
 * came twice or cannot be read.
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
export function findHeader(
  source: CredentialSource,
  name: string,
  maxBytes: number = maxCredentialBytes,
): string | Refusal | undefined {
  const [value, ...others] = source.request.headers(name.toLowerCase());
  if (others.length > 0) return repeated;
  if (value === undefined || value === "") return undefined;
  if (value.length > maxBytes) return malformedCredential(`header: longer than ${maxBytes} bytes (maxCredentialBytes)`);
  return isPrintable(value) ? value : malformed;
}

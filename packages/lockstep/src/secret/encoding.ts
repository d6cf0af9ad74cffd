/**
 * Bytes as text: hexadecimal and base64. Reading is strict, so each byte string has one spelling, and of hexadecimal two cases.
 */

const hexPairs = /^(?:[0-9a-fA-F]{2})*$/;

/** Writes bytes as lower-case hexadecimal digits. */
export function encodeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Reads hexadecimal digits in any case; `undefined` for any other text. */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!hexPairs.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Writes bytes as base64 with padding (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** Writes bytes as base64url without padding (RFC 4648 §5). */
export function encodeBase64url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Reads base64 with padding (RFC 4648 §4); `undefined` for any other text. `atob` forgives spaces, missing padding and stray
 * bits, so its result must encode to the same text.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const octets = atob(text);
    return btoa(octets) === text ? Uint8Array.from(octets, (octet) => octet.charCodeAt(0)) : undefined;
  } catch {
    // `atob` has no other way to say that its input is malformed.
    return undefined;
  }
}

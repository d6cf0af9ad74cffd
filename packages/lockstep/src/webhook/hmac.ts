/** HMAC through Web Crypto, which every runtime has. */
import { encodeHex } from "../secret/encoding.ts";

/** The hash of a signature's HMAC (RFC 2104). SHA-1 is for senders that have nothing else; as an HMAC, it is still unbroken. */
export type WebhookHash = "SHA-256" | "SHA-384" | "SHA-512" | "SHA-1";

/** An imported secret. */
export type HmacKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Imports secrets. */
export function importKeys(secrets: readonly Uint8Array<ArrayBuffer>[], hash: WebhookHash): Promise<readonly HmacKey[]> {
  const algorithm = { name: "HMAC", hash };
  return Promise.all(secrets.map((bytes) => crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"])));
}

/** Signs. */
export async function hmac(key: HmacKey, content: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, content));
}

/** The SHA-256 of a content, in hexadecimal. */
export async function digestOf(content: Uint8Array<ArrayBuffer>): Promise<string> {
  return encodeHex(new Uint8Array(await crypto.subtle.digest("SHA-256", content)));
}

const encoder = new TextEncoder();

/** Puts the parts of a signed content together. A text is written as UTF-8. */
export function joinParts(parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part));
  const joined = new Uint8Array(bytes.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of bytes) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

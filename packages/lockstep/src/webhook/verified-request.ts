/** Verifies the signature of a request: who is asking. It runs after the body was read and before anything parses it. */
import { authenticate } from "../access/authenticate.ts";
import type { Dependency } from "../dependency/dependency.ts";
import { depends } from "../dependency/depends.ts";
import { isDependency } from "../dependency/node.ts";
import { nothing } from "../input/nothing.ts";
import { rawBody } from "../input/raw-body.ts";
import { deny } from "../outcome/deny.ts";
import { BuildError } from "../problem/error.ts";
import { signedHeader } from "../scheme/signed-header.ts";
import { decodeBase64, decodeHex } from "../secret/encoding.ts";
import type { Redacted } from "../secret/redacted.ts";
import { sameBytes } from "../secret/same-secret.ts";
import type { CheckedWebhook } from "./checked-webhook.ts";
import type { ReadSignature, SentSignature } from "./definition.ts";
import { hmac, type HmacKey, importKeys, joinParts } from "./hmac.ts";
import { signatureScheme } from "./signature-scheme.ts";
import { timestampFault } from "./timestamp.ts";
import { secretBytes } from "./webhook-secret.ts";

/** A request whose signature is right, as the principal. */
export interface VerifiedRequest {
  /** The sender's name. */
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The signed content, put together. */
  readonly content: Uint8Array<ArrayBuffer>;
  readonly sentAt: number | undefined;
}

/** Makes the guard of a sender. */
export function verifiedRequest(webhook: CheckedWebhook): Dependency<VerifiedRequest, "credential" | "authenticated"> {
  const { sender, mediaTypes } = webhook;
  const headers = depends(signedHeaders(webhook), (values) => values);
  const body = rawBody({ mediaTypes, identifies: nothing(`signed by ${sender}`) });
  return authenticate({ signature: signatureScheme(webhook), headers, body, keys: keysOf(webhook) }, async (values) => {
    const { text, ...request } = values.signature.reveal();
    const known = Object.entries(values.headers).map(([name, value]) => [name, value.reveal()] as const);
    const sent: SentSignature<string> = {
      ...request,
      signature: text,
      headers: Object.fromEntries(known),
      body: values.body,
    };
    const read = readOf(webhook, sent);
    checkTime(webhook, read);
    const content = joinParts(read.signed);
    if (!(await isSigned(webhook, values.keys, content, read.signatures))) deny("no signature is right");
    checkCovered(webhook, content, values.body);
    const sentAt = read.timestamp === undefined ? undefined : Number(read.timestamp) * 1000;
    return { id: sender, headers: sent.headers, body: values.body, content, sentAt };
  });
}

/** Each header is a credential of its own in the document, and its absence a 401 before the body is read. */
function signedHeaders({
  sender,
  signedHeaders: named,
}: CheckedWebhook): Readonly<Record<string, Dependency<Redacted<string>, "credential">>> {
  const scheme = (header: string) => signedHeader(header, { schemeName: `${sender}.${header}` });
  return Object.fromEntries(Object.entries(named).map(([name, header]) => [name, scheme(header)]));
}

function keysOf({ secrets, form, hash }: CheckedWebhook): Dependency<readonly HmacKey[]> {
  if (isDependency(secrets)) {
    // The list is checked for each request: without a secret, nothing verifies. Its facts reach the route through the node.
    const keys: unknown = depends({ secrets }, ({ secrets: found }) =>
      Array.isArray(found) && found.length === 0 ? [] : importKeys(secretBytes(found, form), hash),
    );
    return keys as Dependency<readonly HmacKey[]>;
  }
  const bytes = secretBytes(secrets, form);
  let keys: Promise<readonly HmacKey[]> | undefined;
  return depends({}, () => (keys ??= importKeys(bytes, hash)));
}

function readOf({ where, read }: CheckedWebhook, sent: SentSignature<string>): ReadSignature {
  const found: unknown = read(sent);
  if (found === undefined) deny("the signature cannot be read");
  if (isReadSignature(found)) return found;
  throw new BuildError("wrong_result", `${where}: return { signatures: […], signed: […], timestamp } from read(), or undefined`);
}

function isReadSignature(found: unknown): found is ReadSignature {
  if (typeof found !== "object" || found === null) return false;
  const { signatures, signed, timestamp } = found as Partial<Record<keyof ReadSignature, unknown>>; // Any object may be asked.
  const isPart = (part: unknown): boolean => typeof part === "string" || part instanceof Uint8Array;
  return (
    Array.isArray(signatures) &&
    signatures.every((each) => typeof each === "string") &&
    Array.isArray(signed) &&
    signed.every(isPart) &&
    (timestamp === undefined || typeof timestamp === "string")
  );
}

/**
 * A signature of other content says nothing about the body: anyone who has recorded one request could send any event with it. It
 * is checked once the signature is right, so nobody else can cause the error.
 *
 * @throws BuildError `wrong_result`
 */
function checkCovered({ where, format }: CheckedWebhook, content: Uint8Array, body: Uint8Array): void {
  if (includesBytes(content, body)) return;
  if (format === "form" && includesFields(content, body)) return;
  throw new BuildError(
    "wrong_result",
    `${where}: return the body among the signed parts of read(): the signature does not cover it. If the sender signs something else in its place, write authenticate() over rawBody()`,
  );
}

function includesBytes(content: Uint8Array, body: Uint8Array): boolean {
  for (let at = 0; at + body.length <= content.length; at += 1) {
    if (body.every((byte, index) => byte === content[at + index])) return true;
  }
  return false;
}

/** Some senders sign the decoded fields in an order of their own. */
function includesFields(content: Uint8Array, body: Uint8Array): boolean {
  const decoder = new TextDecoder();
  const text = decoder.decode(content);
  return [...new URLSearchParams(decoder.decode(body))].flat().every((part) => text.includes(part));
}

/** A request without a time is as old as it likes: only a sender that signs none may send one. */
function checkTime({ clock, toleranceSeconds }: CheckedWebhook, { timestamp }: ReadSignature): void {
  const fault = timestamp === undefined ? undefined : timestampFault(timestamp, clock(), toleranceSeconds);
  if (fault !== undefined) deny(fault);
}

/** One HMAC for each secret, whatever the number of signatures: a header full of them costs no more. */
async function isSigned(
  { encoding }: CheckedWebhook,
  keys: readonly HmacKey[],
  content: Uint8Array<ArrayBuffer>,
  signatures: readonly string[],
): Promise<boolean> {
  const decode = encoding === "hex" ? decodeHex : decodeBase64;
  const given = signatures.flatMap((text) => decode(text) ?? []);
  if (given.length === 0) return false;
  const wanted = await Promise.all(keys.map((key) => hmac(key, content)));
  return given.filter((bytes) => wanted.some((right) => sameBytes(bytes, right))).length > 0;
}

/**
 * The one place from which this folder reaches the network: https only, no redirects, public hosts only (`outbound-host.ts`), a
 * limit on time and size, JSON only. The documents are public, so no secret is ever sent.
 */
import { isJson, parseMediaType } from "../http/media-type.ts";
import { BuildError, Unavailable } from "../problem/error.ts";
import { checkedAddresses, type OutboundHosts, urlRefusal } from "./outbound-host.ts";
import { nodePinning } from "./pinned-connection.ts";
import { isJsonObject, parseStrictJson } from "../json/strict-json.ts";
import type { JsonObject } from "../json/strict-json.ts";

/** How documents of an issuer may be fetched. */
export interface OutboundOptions extends OutboundHosts {
  /**
   * Makes the requests instead, for example through a proxy; it also decides which addresses it connects to. Default: on Node a
   * connection to a checked address, which uses no proxy; elsewhere the runtime's `fetch`.
   */
  readonly fetch?: typeof globalThis.fetch;
  /** How long a document may take, body included. Milliseconds, 1 to 10,000; default 3,000. */
  readonly timeoutMs?: number;
}

/** The largest document that is read, after decompression. */
export const maxDocumentBytes: number = 256 * 1024;

const defaultTimeoutMs = 3_000;
const maxTimeoutMs = 10_000;
const documentLimits = { maxDepth: 8, maxMembers: 10_000 } as const;

/**
 * Checks the address of a document that is known when an API is built.
 *
 * @throws BuildError `wrong_option`
 */
export function checkOutboundUrl(url: string, options: OutboundOptions): void {
  const refusal = urlRefusal(url, options);
  if (refusal !== undefined) throw new BuildError("wrong_option", `The keys cannot be fetched: ${refusal}`);
  const { timeoutMs = defaultTimeoutMs } = options;
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > maxTimeoutMs) {
    throw new BuildError("wrong_option", `\`timeoutMs\` must be 1 to ${maxTimeoutMs} milliseconds`);
  }
}

/**
 * Fetches one JSON object.
 *
 * @throws Unavailable for whatever goes wrong, with the reason in the message
 */
export async function fetchJsonObject(url: string, options: OutboundOptions): Promise<JsonObject> {
  const refusal = urlRefusal(url, options);
  if (refusal !== undefined) throw new Unavailable(`A document was not fetched: ${refusal}`);
  const controller = new AbortController();
  const { signal } = controller;
  const late = new Unavailable("A document did not come in time");
  const timer = setTimeout(() => controller.abort(late), options.timeoutMs ?? defaultTimeoutMs);
  try {
    // A `resolve` or `fetch` of the caller's may not listen to the signal; the time is over all the same.
    const document = parseStrictJson(await Promise.race([fetchText(url, options, signal), aborted(signal)]), documentLimits);
    if (isJsonObject(document)) return document;
  } catch (cause) {
    throw cause instanceof Unavailable ? cause : new Unavailable("A document could not be fetched or read", { cause });
  } finally {
    // Whatever ended it, nothing stays open: an answer that was refused is not read to its end.
    clearTimeout(timer);
    controller.abort();
  }
  throw new Unavailable("A document is not a JSON object");
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

async function fetchText(address: string, options: OutboundOptions, signal: AbortSignal): Promise<string> {
  const url = new URL(address);
  const pinning = options.fetch === undefined ? nodePinning() : undefined;
  const addresses = await checkedAddresses(url, pinning, options);
  if (addresses === undefined)
    throw new Unavailable("A document was not fetched: its host has no address, or one that is not public");
  const response = await (pinning?.get(url, addresses, signal) ?? fetchPlainly(url, options, signal));
  const refusal = responseRefusal(response);
  if (refusal === undefined) return readText(response);
  await response.body?.cancel();
  throw new Unavailable(`A document was refused: ${refusal}`);
}

/**
 * "manual": a redirect is an answer like any other, and refused because it is not 200 ("error" is not known on every runtime).
 */
function fetchPlainly(url: URL, { fetch = globalThis.fetch }: OutboundOptions, signal: AbortSignal): Promise<Response> {
  return fetch(url.href, { headers: { accept: "application/json" }, redirect: "manual", signal });
}

function responseRefusal({ status, headers }: Response): string | undefined {
  if (status !== 200) return `the server answered ${status}`;
  return isJsonInUtf8(headers.get("content-type") ?? "") ? undefined : "it is not JSON";
}

/** Without a parameter it is UTF-8 (RFC 8259 §8.1); one that says anything else may change what the bytes mean. */
function isJsonInUtf8(contentType: string): boolean {
  const mediaType = parseMediaType(contentType);
  if (mediaType === undefined || mediaType.type !== "application" || !isJson(mediaType)) return false;
  return [...mediaType.parameters].every(([name, value]) => name === "charset" && value.toLowerCase() === "utf-8");
}

async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream, and with it the connection.
    if (bytes > maxDocumentBytes) throw new Unavailable("A document was refused: it is too large");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

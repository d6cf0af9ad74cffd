/**
 * The one place from which this package asks servers that somebody else names: https only, no redirects, public hosts only
 * (`outbound-host.ts`), a limit on time and size, JSON only.
 */
import { isJson, parseMediaType } from "../http/media-type.ts";
import { BuildError, Unavailable } from "../problem/error.ts";
import type { KnownOptions } from "../problem/options.ts";
import { checkedAddresses, type OutboundRules, urlRefusal } from "./outbound-host.ts";
import { nodePinning, type OutboundAnswer, type OutboundRequest } from "./pinned-connection.ts";
import { type ClientCertificate, usableCertificate } from "./client-certificate.ts";
import { isJsonObject, parseStrictJson } from "../json/strict-json.ts";
import type { JsonObject } from "../json/strict-json.ts";

/** How documents of an issuer may be fetched. */
export interface OutboundOptions extends OutboundRules {
  /**
   * Makes the requests instead, for example through a proxy; it also decides which addresses it connects to. Default: on Node a
   * connection to a checked address, which uses no proxy; elsewhere the runtime's `fetch`.
   */
  readonly fetch?: typeof globalThis.fetch;
  /** How long a document may take, body included. Milliseconds, 1 to 10,000; default 3,000. */
  readonly timeoutMs?: number;
  /**
   * Certificates in PEM that are trusted instead of the runtime's, for an issuer with a private certificate authority, such as
   * Kubernetes. Only on Node, and not beside `fetch`.
   */
  readonly ca?: string | readonly [string, ...string[]];
  /**
   * Headers to send when a document is fetched, or a function that returns them for each request. They are sent to the origin
   * that the options name, and not to another one that the issuer's metadata names. Kubernetes needs a token here.
   */
  readonly headers?: OutboundHeaders;
}

/** The names of the options, for functions that take them beside others. */
export const outboundOptions: KnownOptions<OutboundOptions> = {
  allowPrivateHosts: true,
  allowLoopback: true,
  resolve: true,
  fetch: true,
  timeoutMs: true,
  ca: true,
  headers: true,
};

/** Headers by their names, or a function that returns them. */
export type OutboundHeaders =
  | Readonly<Record<string, string>>
  | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);

/** A form to send, and how the client authenticates. */
export interface PostedForm {
  readonly form: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** The statuses whose JSON is read. Any other one is refused. */
  readonly statuses: readonly number[];
  /** The certificate to connect with. Nothing is sent without it, or over a connection that cannot have it. */
  readonly certificate?: ClientCertificate | undefined;
}

/** An answer in JSON. */
export interface JsonAnswer {
  readonly status: number;
  readonly document: JsonObject;
}

/** The largest document that is read, after decompression. */
export const maxDocumentBytes: number = 256 * 1024;

const defaultTimeoutMs = 3_000;
const maxTimeoutMs = 10_000;
const documentLimits = { maxDepth: 8, maxMembers: 10_000 } as const;
const accepted = { accept: "application/jwk-set+json, application/json", "accept-encoding": "identity" } as const;

/**
 * Checks an address that is known when an API is built, and how it is reached.
 *
 * @throws BuildError `wrong_option`; `what` names the document: "The keys cannot be fetched"
 */
export function checkOutboundUrl(url: string, options: OutboundOptions, what = "The keys"): void {
  const refusal = urlRefusal(url, options);
  if (refusal !== undefined) throw wrong(`${what} cannot be fetched: ${refusal}`);
  const { timeoutMs = defaultTimeoutMs } = options;
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > maxTimeoutMs) {
    throw wrong(`\`timeoutMs\` must be 1 to ${maxTimeoutMs} milliseconds`);
  }
  // Certificates that are silently not used would be a weaker check than the one that was asked for.
  if (options.ca !== undefined && (options.fetch !== undefined || nodePinning() === undefined)) {
    throw wrong("Remove `ca`: it works only on Node, and not beside `fetch`, which decides whom it trusts");
  }
}

/**
 * Fetches one JSON object.
 *
 * @param named the address that the options name: `headers` are sent to its origin only
 * @throws Unavailable for whatever goes wrong, with the reason in the message
 */
export async function fetchJsonObject(url: string, options: OutboundOptions, named: string = url): Promise<JsonObject> {
  const isNamed = URL.canParse(url) && new URL(url).origin === new URL(named).origin;
  const { document } = await exchange(url, options, async () => {
    const own = isNamed ? await headersOf(options) : {};
    return { request: { method: "GET", headers: { ...own, ...accepted } }, statuses: [200] };
  });
  return document;
}

async function headersOf({ headers = {} }: OutboundOptions): Promise<Readonly<Record<string, string>>> {
  return typeof headers === "function" ? headers() : headers;
}

/**
 * Sends a form and reads the answer, one JSON object.
 *
 * @throws Unavailable for whatever goes wrong, with the reason in the message, which holds nothing of the form or the headers
 */
export function postForm(url: string, options: OutboundOptions, posted: PostedForm): Promise<JsonAnswer> {
  const { form, headers, statuses } = posted;
  const type = { "content-type": "application/x-www-form-urlencoded" } as const;
  const request = { method: "POST", headers: { ...headers, ...accepted, ...type }, body: form.toString() } as const;
  return exchange(url, options, async () => ({ request: { ...request, ...certified(url, options, posted) }, statuses }));
}

/** Whether a connection of these options can have a certificate. */
export function canBeCertified({ fetch }: OutboundOptions): boolean {
  return fetch === undefined && nodePinning() !== undefined;
}

/** @throws Unavailable */
function certified(url: string, options: OutboundOptions, { certificate }: PostedForm): Pick<OutboundRequest, "certificate"> {
  if (certificate === undefined) return {};
  const usable = usableCertificate(certificate);
  if (usable === undefined) throw new Unavailable("A request was not sent: the client's certificate is not text in PEM");
  if (new URL(url).protocol === "https:" && canBeCertified(options)) return { certificate: usable };
  throw new Unavailable("A request was not sent: its connection cannot have the client's certificate");
}

/** A document to send, and how this client authenticates. */
export interface PostedJson {
  readonly document: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Sends a JSON document and reads the answer, one JSON object with the status 200.
 *
 * @throws Unavailable for whatever goes wrong, with the reason in the message, which holds nothing of the document or the headers
 */
export async function postJson(url: string, options: OutboundOptions, { document, headers }: PostedJson): Promise<JsonObject> {
  const type = { "content-type": "application/json" } as const;
  const request = { method: "POST", headers: { ...headers, ...accepted, ...type }, body: JSON.stringify(document) } as const;
  return (await exchange(url, options, async () => ({ request, statuses: [200] }))).document;
}

/** A request without what every request has, and the statuses whose body is read. */
interface Exchange {
  readonly request: Omit<OutboundRequest, "signal" | "ca">;
  readonly statuses: readonly number[];
}

async function exchange(url: string, options: OutboundOptions, prepare: () => Promise<Exchange>): Promise<JsonAnswer> {
  const refusal = urlRefusal(url, options);
  if (refusal !== undefined) throw new Unavailable(`A document was not fetched: ${refusal}`);
  const controller = new AbortController();
  const { signal } = controller;
  const late = new Unavailable("A document did not come in time");
  const timer = setTimeout(() => controller.abort(late), options.timeoutMs ?? defaultTimeoutMs);
  const work = async (): Promise<JsonAnswer> => {
    const { request, statuses } = await prepare();
    const answer = await send(new URL(url), options, { ...request, signal, ca: options.ca });
    const document = parseStrictJson(await textOf(answer, url, statuses), documentLimits);
    if (isJsonObject(document)) return { status: answer.status, document };
    throw new Unavailable("A document is not a JSON object");
  };
  try {
    // A `resolve`, `headers` or `fetch` of the caller's may not listen to the signal; the time is over all the same.
    return await Promise.race([work(), aborted(signal)]);
  } catch (cause) {
    throw cause instanceof Unavailable ? cause : new Unavailable("A document could not be fetched or read", { cause });
  } finally {
    // Whatever ended it, nothing stays open: an answer that was refused is not read to its end.
    clearTimeout(timer);
    controller.abort();
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

async function send(url: URL, options: OutboundOptions, request: OutboundRequest): Promise<OutboundAnswer> {
  const pinning = options.fetch === undefined ? nodePinning() : undefined;
  const addresses = await checkedAddresses(url, pinning, options);
  if (addresses === undefined)
    throw new Unavailable("A document was not fetched: its host has no address, or one that is not public");
  return pinning?.send(url, addresses, request) ?? sendPlainly(url, options, request);
}

/**
 * "manual": a redirect is an answer like any other, and refused because of its status ("error" is not known on every runtime).
 */
async function sendPlainly(
  url: URL,
  { fetch = globalThis.fetch }: OutboundOptions,
  request: OutboundRequest,
): Promise<OutboundAnswer> {
  const { method, headers, body, signal } = request;
  const sent = body === undefined ? {} : { body: typeof body === "string" ? body : new Uint8Array(body) };
  const response = await fetch(url.href, { method, headers: { ...headers }, ...sent, redirect: "manual", signal });
  return {
    status: response.status,
    header: (name) => response.headers.get(name) ?? "",
    body: () => response.body ?? ReadableStream.from([]),
    discard: async () => response.body?.cancel(),
  };
}

async function textOf(answer: OutboundAnswer, url: string, statuses: readonly number[]): Promise<string> {
  const refusal = answerRefusal(answer, url, statuses);
  if (refusal === undefined) return readText(answer.body());
  await answer.discard();
  throw new Unavailable(`A document was refused: ${refusal}`);
}

function answerRefusal({ status, header }: OutboundAnswer, url: string, statuses: readonly number[]): string | undefined {
  if (!statuses.includes(status)) return `the server answered ${status}${slashHint(url, header("location"))}`;
  return isJsonInUtf8(header("content-type")) ? undefined : "it is not JSON";
}

/** Some frameworks redirect an address without a slash at its end to the one with it. The hint names our own address only. */
function slashHint(url: string, location: string): string {
  const { href } = new URL(url);
  const other = href.endsWith("/") ? href.slice(0, -1) : `${href}/`;
  return URL.canParse(location, url) && new URL(location, url).href === other ? `; write its address as "${other}"` : "";
}

/**
 * Any JSON media type: `application/json`, `application/jwk-set+json`, and the `text/json` of older servers. It is UTF-8
 * (RFC 8259 §8.1); another `charset` would change the meaning of the bytes.
 */
function isJsonInUtf8(contentType: string): boolean {
  const mediaType = parseMediaType(contentType);
  if (mediaType === undefined || !isJson(mediaType)) return false;
  const charset = mediaType.parameters.get("charset") ?? "utf-8";
  return /^utf-?8$/i.test(charset);
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream, and with it the connection.
    if (bytes > maxDocumentBytes) throw new Unavailable("A document was refused: it is too large");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function wrong(message: string): BuildError {
  return new BuildError("wrong_option", message);
}

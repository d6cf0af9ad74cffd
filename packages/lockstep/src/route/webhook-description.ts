/**
 * Requests that an API sends, for its document: webhooks, and callbacks of a route. This module owns how they are declared;
 * `lockstep/webhook` sends them.
 */
import { isToken } from "../http/token.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import type { AnySchema } from "../schema/schema.ts";

/** A request that the API sends, for the document. `outgoingWebhook()` of `lockstep/webhook` makes one that can be sent. */
export interface WebhookDescription {
  /** The body, which is JSON. */
  readonly payload: AnySchema;
  /** One line. */
  readonly summary?: string;
  /** Several lines of CommonMark. */
  readonly description?: string;
  /** Groups in the documentation. */
  readonly tags?: readonly string[];
  readonly deprecated?: boolean;
  /** Headers that it always has, each with its description: `{ "X-Signature": "HMAC-SHA256 of the body, in hexadecimal." }`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that the API sends because of a request to a route. */
export interface RouteCallback {
  /**
   * Where it is sent, with runtime expressions for parts of the request (OpenAPI 3.1.1 §4.8.18.3):
   * `{$request.body#/callbackUrl}`, `{$request.query.callback}`.
   */
  readonly url: string;
  readonly webhook: WebhookDescription;
}

/** Webhooks or callbacks, by the names that the document shows. */
export type Named<T> = Readonly<Record<string, T>>;

/** The functions are those of `outgoingWebhook()`. */
const descriptionOptions: KnownOptions<WebhookDescription & { readonly write: unknown; readonly send: unknown }> = {
  payload: true,
  summary: true,
  description: true,
  tags: true,
  deprecated: true,
  headers: true,
  write: true,
  send: true,
};

/** @throws BuildError `wrong_option` */
export function checkWebhooks(where: string, webhooks: unknown): void {
  for (const [name, webhook] of named(where, webhooks, "{ noteCreated: outgoingWebhook({ payload }) }")) {
    checkDescription(`${where}: ${name}`, webhook);
  }
}

/** @throws BuildError `wrong_option` */
export function checkCallbacks(where: string, callbacks: unknown): void {
  const example = '{ reportReady: { url: "{$request.body#/callbackUrl}", webhook: reportReady } }';
  for (const [name, callback] of named(where, callbacks, example)) {
    checkOptions<RouteCallback>(`${where}: ${name}`, callback, { url: true, webhook: true });
    // Its members have been compared with the known ones, and are checked here.
    const { url, webhook } = callback as Partial<RouteCallback>;
    if (typeof url !== "string" || url === "" || expressionsIn(url).some((text) => sourceOf(text) === undefined)) {
      throw new BuildError(
        "wrong_option",
        `${where}: ${name}: set url to an address with runtime expressions, for example "{$request.body#/callbackUrl}"`,
      );
    }
    checkDescription(`${where}: ${name}`, webhook);
  }
}

/** The part of a request that a runtime expression reads. */
export interface ExpressionSource {
  readonly place: "body" | "query" | "path" | "header";
  /** The name of the parameter, or the names that lead to a member of the body. */
  readonly names: readonly string[];
}

/** The parts of the request that a callback's URL names. */
export function sourcesOf(url: string): readonly ExpressionSource[] {
  return expressionsIn(url)
    .flatMap((text) => sourceOf(text) ?? [])
    .filter((source) => source !== "elsewhere");
}

function expressionsIn(url: string): readonly string[] {
  return [...url.matchAll(/\{([^{}]*)\}/g)].map(([, text = ""]) => text);
}

/** `undefined` for other text. Expressions for the answer, the URL and the method name nothing that a route declares. */
function sourceOf(text: string): ExpressionSource | "elsewhere" | undefined {
  if (/^\$(?:url|method|statusCode|response\.(?:body(?:#\/.*)?|header\..+))$/.test(text)) return "elsewhere";
  const pointer = /^\$request\.body#\/(.+)$/.exec(text)?.[1];
  if (pointer !== undefined) {
    const names = pointer.split("/").map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
    return { place: "body", names };
  }
  const [, place, name] = /^\$request\.(query|path|header)\.(.+)$/.exec(text) ?? [];
  if ((place === "query" || place === "path" || place === "header") && name !== undefined) return { place, names: [name] };
  return text === "$request.body" ? "elsewhere" : undefined;
}

function named(where: string, given: unknown, example: string): [string, unknown][] {
  if (given === undefined) return [];
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return Object.entries(given);
  throw new BuildError("wrong_option", `${where}: pass a record by name, for example ${example}`);
}

function checkDescription(where: string, webhook: unknown): void {
  checkOptions(where, webhook, descriptionOptions);
  // It is a record of known names, whose values are checked here.
  const { payload, headers = {} } = webhook as Partial<Record<keyof WebhookDescription, unknown>>;
  const standard = typeof payload === "object" || typeof payload === "function" ? payload : undefined;
  if (standard === undefined || standard === null || !("~standard" in standard))
    throw new BuildError("wrong_option", `${where}: set payload to the schema of the body`);
  const isRecord = typeof headers === "object" && headers !== null && !Array.isArray(headers);
  if (!isRecord || !Object.entries(headers).every(([name, text]) => isToken(name) && typeof text === "string" && text !== ""))
    throw new BuildError("wrong_option", `${where}: write headers as descriptions by name, for example { "X-Signature": "…" }`);
}

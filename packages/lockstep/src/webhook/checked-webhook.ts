/** The options of a webhook, checked once when it is built. */
import { isDependency } from "../dependency/node.ts";
import { isToken } from "../http/token.ts";
import { BuildError } from "../problem/error.ts";
import type { KnownOptions } from "../problem/options.ts";
import type { AnySchema } from "../schema/schema.ts";
import type { SentSignature, ReadSignature, SignedContent, WebhookDefinition, WebhookOptions } from "./definition.ts";
import type { WebhookHash } from "./hmac.ts";
import type { SecretForm } from "./webhook-secret.ts";

/** The names of the options of every webhook. */
export const webhookOptions: KnownOptions<WebhookOptions<AnySchema>> = {
  secrets: true,
  payload: true,
  sender: true,
  replays: true,
  rememberSeconds: true,
  clock: true,
};

/** A webhook in the form that the rest of this folder works with. */
export interface CheckedWebhook {
  /** The function that was called, for messages. */
  readonly where: string;
  readonly sender: string;
  readonly secrets: unknown;
  readonly form: SecretForm;
  readonly signatureHeader: string;
  readonly signedHeaders: Readonly<Record<string, string>>;
  readonly read: (sent: SentSignature<string>) => ReadSignature | undefined;
  readonly encoding: "hex" | "base64";
  readonly hash: WebhookHash;
  readonly eventId: ((signed: SignedContent<string>) => string | undefined) | undefined;
  readonly payload: AnySchema;
  readonly format: "json" | "form";
  readonly mediaTypes: readonly string[];
  readonly toleranceSeconds: number;
  readonly rememberSeconds: number;
  readonly replays: unknown;
  readonly clock: () => number;
  readonly description: string | undefined;
}

const senderName = /^[A-Za-z0-9._-]+$/;
const day = 86_400;
const hashes: readonly unknown[] = ["SHA-256", "SHA-384", "SHA-512", "SHA-1"] satisfies readonly WebhookHash[];
const mediaTypes = { json: ["application/json", "application/*+json"], form: ["application/x-www-form-urlencoded"] };

/**
 * Checks a definition, which may come from JavaScript. The secrets and the schema are checked where they are read.
 *
 * @throws BuildError `wrong_option`
 */
export function checkWebhook(definition: WebhookDefinition<AnySchema, string>, form: SecretForm): CheckedWebhook {
  const { where } = form;
  const { encoding = "hex", hash = "SHA-256", format = "json", clock = Date.now, signedHeaders = {}, eventId, read } = definition;
  const wrong = (advice: string): BuildError => new BuildError("wrong_option", `${where}: ${advice}`);
  const { sender } = definition;
  if (typeof sender !== "string" || !senderName.test(sender)) {
    throw wrong('set sender to a name of letters, digits, ".", "-" and "_", such as "stripe"');
  }
  if (encoding !== "hex" && encoding !== "base64") throw wrong('set encoding to "hex" or "base64"');
  if (!hashes.includes(hash)) throw wrong(`set hash to one of ${hashes.join(", ")}`);
  if (format !== "json" && format !== "form") throw wrong('set format to "json" or "form"');
  if (typeof clock !== "function") throw wrong("set clock to a function that returns Unix milliseconds");
  if (typeof read !== "function") throw wrong("set read to a function that finds the signatures and the signed content");
  if (eventId !== undefined && typeof eventId !== "function") throw wrong("set eventId to a function that returns the event's id");
  if (typeof signedHeaders !== "object" || signedHeaders === null || isDependency(signedHeaders)) {
    throw wrong('set signedHeaders to a record of header names: { timestamp: "X-Timestamp" }');
  }
  const headers = [definition.signatureHeader, ...Object.values(signedHeaders)];
  for (const header of headers) checkHeader(header, headers, wrong);
  return {
    where,
    sender,
    secrets: definition.secrets,
    form,
    signatureHeader: definition.signatureHeader,
    signedHeaders: { ...signedHeaders },
    read,
    encoding,
    hash,
    eventId,
    payload: definition.payload,
    format,
    mediaTypes: mediaTypes[format],
    toleranceSeconds: checkSeconds(definition.toleranceSeconds ?? 300, "toleranceSeconds", 3600, wrong),
    rememberSeconds: checkSeconds(definition.rememberSeconds ?? 3 * day, "rememberSeconds", 365 * day, wrong),
    replays: definition.replays,
    clock,
    description: definition.description,
  };
}

function checkHeader(header: string, all: readonly string[], wrong: (advice: string) => BuildError): void {
  if (typeof header !== "string" || !isToken(header)) throw wrong('write each header as a token, for example "X-Signature"');
  const same = all.filter((other) => other.toLowerCase() === header.toLowerCase());
  if (same.length > 1) throw wrong(`name the header "${header}" once: its value would be two credentials`);
}

function checkSeconds(value: unknown, name: string, max: number, wrong: (advice: string) => BuildError): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1 && value <= max) return value;
  throw wrong(`set ${name} to a whole number from 1 to ${max}`);
}

/**
 * The envelope of a compact JWS (RFC 7515 §7.1), read strictly before any key is looked at: size, alphabet, three parts,
 * canonical base64url, UTF-8, strict JSON, and a header that asks for nothing. What the payload says is not looked at here.
 */
import { InvalidCredential } from "../problem/error.ts";
import { canonicalAlgorithm, isAlgorithm } from "./algorithm.ts";
import type { Algorithm } from "./algorithm.ts";
import { refusedWithout } from "./claim-rule.ts";
import { decodeText, isCanonicalBase64url } from "./base64url.ts";
import { isAbsent } from "../json/member.ts";
import { isJsonObject, parseStrictJson, StrictJsonError } from "../json/strict-json.ts";
import type { JsonObject, StrictJsonLimits } from "../json/strict-json.ts";

/** A compact JWS whose envelope is sound. Nothing in it is verified yet. */
export interface CompactJws {
  /** The exact text, of which the signature is verified. */
  readonly text: string;
  readonly header: JwsHeader;
  /** Canonical base64url. The caller reads its content. */
  readonly encodedPayload: string;
}

/** The header members that mean something here; the others (`x5t`, `cty` …) are ignored, as RFC 7515 §4 demands. */
export interface JwsHeader {
  /** An allowed algorithm, by its canonical name. The key still decides: it verifies with its own. */
  readonly alg: Algorithm;
  readonly kid: string | undefined;
  readonly typ: string | undefined;
}

/** What a token's envelope may be. */
export interface EnvelopeLimits {
  /** The longest text, in bytes (a token is ASCII). */
  readonly maxBytes: number;
  /** The algorithms that at least one key may have. */
  readonly algorithms: readonly Algorithm[];
  /** Members that may be there and count for nothing: no address is fetched. */
  readonly ignoredHeaders: ReadonlySet<string>;
}

const headerLimits: StrictJsonLimits = { maxDepth: 4, maxMembers: 64 };
/**
 * Members that let a token choose how it is verified: critical extensions and unencoded payloads (RFC 7515 §4.1.11,
 * RFC 7797), keys that come with the token (§4.1.2–4.1.6; CVE-2018-0114), and compression, which belongs to JWE.
 */
const refusedMembers = ["crit", "b64", "jku", "jwk", "x5u", "x5c", "zip"] as const;

/** Addresses of keys in the header that some issuers write into every token (SAP XSUAA, Cloud Foundry UAA). */
export type IgnoredHeader = "jku" | "x5u";

/**
 * Reads the envelope.
 *
 * @throws InvalidCredential for anything that is not exactly a compact JWS with a plain header
 */
export function parseCompactJws(text: string, limits: EnvelopeLimits): CompactJws {
  checkLength(text, limits);
  const { header, payload } = splitCompactJws(text);
  return { text, header: readHeader(parseHeader(header), limits), encodedPayload: payload };
}

/** Checks the length of a token. @throws InvalidCredential */
export function checkLength(text: string, { maxBytes }: EnvelopeLimits): void {
  if (text.length > maxBytes) throw refusedWithout("maxTokenBytes", "too long");
}

/**
 * Splits a compact JWS into its header and its payload, both in canonical base64url.
 *
 * @throws InvalidCredential
 */
export function splitCompactJws(text: string): { readonly header: string; readonly payload: string } {
  const first = text.indexOf(".");
  const second = text.indexOf(".", first + 1);
  if (first <= 0 || second < 0 || second === text.length - 1 || text.includes(".", second + 1)) {
    throw new InvalidCredential("not three parts");
  }
  const header = text.slice(0, first);
  const payload = text.slice(first + 1, second);
  if (![header, payload, text.slice(second + 1)].every(isCanonicalBase64url)) {
    throw new InvalidCredential("not canonical base64url");
  }
  return { header, payload };
}

/** Reads the header of a token, in canonical base64url. Its members are not checked. @throws InvalidCredential */
export function parseHeader(encoded: string): JsonObject {
  return parseJsonPart(encoded, headerLimits);
}

/**
 * Reads one part, in canonical base64url, as a JSON object in UTF-8 without a byte order mark (RFC 7519 §7.2, RFC 8259 §8.1).
 *
 * @throws InvalidCredential
 */
export function parseJsonPart(encoded: string, limits: StrictJsonLimits): JsonObject {
  try {
    const value = parseStrictJson(decodeText(encoded), limits);
    if (isJsonObject(value)) return value;
  } catch (error) {
    if (error instanceof StrictJsonError) throw new InvalidCredential(`not strict JSON (${error.reason})`, { cause: error });
    throw new InvalidCredential("not UTF-8", { cause: error });
  }
  throw new InvalidCredential("not a JSON object");
}

function readHeader(header: JsonObject, limits: EnvelopeLimits): JwsHeader {
  checkMembers(header, limits);
  return { alg: allowedAlgorithm(header, limits), kid: optionalText(header, "kid"), typ: optionalText(header, "typ") };
}

/** Refuses members that let a token choose how it is verified. @throws InvalidCredential */
export function checkMembers(header: JsonObject, { ignoredHeaders }: EnvelopeLimits): void {
  for (const name of refusedMembers) {
    if (name in header && !ignoredHeaders.has(name)) throw refusedMember(name);
  }
}

/** The algorithm of a token, by its canonical name. @throws InvalidCredential */
export function allowedAlgorithm({ alg }: JsonObject, { algorithms }: EnvelopeLimits): Algorithm {
  const allowed = isAlgorithm(alg) ? canonicalAlgorithm(alg) : undefined;
  if (allowed !== undefined && algorithms.some((each) => canonicalAlgorithm(each) === allowed)) return allowed;
  throw new InvalidCredential("the algorithm is not allowed");
}

function refusedMember(name: (typeof refusedMembers)[number]): InvalidCredential {
  const reason = `the header holds ${name}`;
  return name === "jku" || name === "x5u" ? refusedWithout("ignoredHeaders", reason) : new InvalidCredential(reason);
}

/** A member of a header that is a text, or absent. @throws InvalidCredential */
export function optionalText(header: JsonObject, name: "kid" | "typ"): string | undefined {
  const value = header[name];
  if (isAbsent(value)) return undefined;
  if (typeof value === "string" && value !== "") return value;
  throw new InvalidCredential(`${name} is not a text`);
}

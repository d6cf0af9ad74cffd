/**
 * The common part of the three API key schemes: which value is a key. Each scheme knows its place in the request. Keys
 * are opaque here: their format and checksum belong to the verifier.
 */
import type { Extraction } from "../dependency/scheme-definition.ts";
import { isVisible } from "../http/token.ts";
import type { Refusal } from "../outcome/refusal.ts";
import type { KnownOptions } from "../problem/options.ts";
import { Redacted } from "../secret/redacted.ts";
import { malformedCredential, repeatedCredential } from "./extraction.ts";
import { type ScopedOptions, scopedOptions } from "./option.ts";

/** What every API key scheme is told. */
export interface ApiKeyOptions<Sc extends string = never> extends ScopedOptions<Sc> {
  /** The name of the header, the cookie or the query parameter. The scheme's own name is `schemeName`. */
  readonly name: string;
}

/** The names of these options. */
export const apiKeyOptions: KnownOptions<ApiKeyOptions> = { ...scopedOptions, name: true };

/** More than one key came: which one counts would be a guess, and two servers guess differently. */
export const repeatedKey: Refusal = repeatedCredential("API key: more than one value");
const malformed = malformedCredential("API key: not visible ASCII");

/**
 * Finds the key among all values that came: exactly one, of visible ASCII, of at most `maxBytes`. An empty value is not a key.
 */
export function findKey(values: readonly string[] | undefined, maxBytes: number): Extraction<string> {
  if (values === undefined) return undefined;
  if (values.length > 1) return repeatedKey;
  const value = values[0];
  if (value === undefined || value === "") return undefined;
  if (value.length > maxBytes) return malformedCredential(`API key: longer than ${maxBytes} bytes (maxCredentialBytes)`);
  return isVisible(value) ? new Redacted(value) : malformed;
}

/**
 * What all schemes share that carry a bearer token in the `Authorization` header (RFC 6750 §2.1): they differ in what they
 * document, not in what they extract or how they challenge. A token in the query or in a form body is never read (§2.2,
 * §2.3: URLs are logged, and forms cross sites).
 */
import type { DocumentedScheme } from "../dependency/documented-scheme.ts";
import type { ChallengeDetails, Extraction } from "../dependency/scheme-definition.ts";
import type { CredentialSource } from "../dependency/source.ts";
import { defined } from "../json/member.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { Redacted } from "../secret/redacted.ts";
import { findCredential } from "./authorization-header.ts";
import { checkMaxCredentialBytes, checkSchemeName, checkScopes, type ScopedOptions, scopedOptions } from "./option.ts";
import { documentedScheme, type Scheme } from "./scheme.ts";
import { buildChallenge } from "./www-authenticate.ts";

/** What tells one bearer scheme from another. */
export interface BearerKind<O extends ScopedOptions> {
  /** The factory, for messages. */
  readonly factory: string;
  /** The scheme's name unless the options say another. */
  readonly defaultName: string;
  /** The names of the options that only this scheme has. */
  readonly options: KnownOptions<Omit<O, keyof ScopedOptions>>;
  /** The members of the OpenAPI object beside `description`, given the checked scopes. @throws BuildError `wrong_scheme` */
  openapi(scopes: Readonly<Record<string, string>>): Readonly<Record<string, unknown>>;
  /** The entries of the document, given the checked name. Default: one, without a way to sign in. */
  documented?(entry: DocumentedScheme, scopes: Readonly<Record<string, string>>): readonly DocumentedScheme[];
}

/**
 * Makes a scheme whose credential is a bearer token.
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` for a name, a scope or a URL that cannot be written
 */
export function bearerScheme<Sc extends string, O extends ScopedOptions>(
  kind: BearerKind<O>,
  options: ScopedOptions<Sc>,
): Scheme<string, Sc> {
  checkOptions<Record<string, unknown>>(`${kind.factory}()`, options, { ...scopedOptions, ...kind.options });
  const scopes = checkScopes(kind.factory, options.scopes);
  const maxCredentialBytes = checkMaxCredentialBytes(kind.factory, options);
  const name = checkSchemeName(kind.factory, options.schemeName ?? kind.defaultName);
  const openapi: Readonly<Record<string, unknown>> = defined({ ...kind.openapi(scopes), description: options.description });
  const definition = {
    name,
    place: "authorization bearer",
    ambient: false,
    scopes,
    maxCredentialBytes,
    extract: (source: CredentialSource) => extractBearer(source, maxCredentialBytes),
    challenge: challengeBearer,
    openapi,
  } as const;
  return documentedScheme(definition, kind.documented?.({ name, openapi }, scopes));
}

/** Finds the bearer token of a request. */
function extractBearer(source: CredentialSource, maxBytes: number): Extraction<string> {
  const found = findCredential(source, "bearer", maxBytes);
  return typeof found === "string" ? new Redacted(found) : found;
}

/**
 * The challenge of RFC 6750 §3, with RFC 9728 §5.1's `resource_metadata` so that clients find the authorization server, and what
 * RFC 9470 §3 demands of the sign-in.
 */
function challengeBearer(details: ChallengeDetails): string {
  return buildChallenge("Bearer", {
    realm: details.realm,
    error: details.error,
    error_description: details.errorDescription,
    scope: details.scope,
    acr_values: details.acrValues,
    max_age: details.maxAgeSeconds?.toString(),
    resource_metadata: details.resourceMetadata,
  });
}

/**
 * What all schemes share that carry a bearer token in the `Authorization` header (RFC 6750 §2.1): they differ in what they
 * document, not in what they extract or how they challenge. A token in the query or in a form body is never read (§2.2,
 * §2.3: URLs are logged, and forms cross sites).
 */
import type { DocumentedScheme } from "../dependency/documented-scheme.ts";
import type { SenderConstraint, SenderRule } from "../dependency/presented-token.ts";
import type { Extraction } from "../dependency/scheme-definition.ts";
import type { CredentialSource } from "../dependency/source.ts";
import { defined } from "../json/member.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { Redacted } from "../secret/redacted.ts";
import { findCredential } from "./authorization-header.ts";
import { checkMaxCredentialBytes, checkSchemeName, checkScopes, type ScopedOptions, scopedOptions } from "./option.ts";
import { documentedScheme, type Scheme } from "./scheme.ts";
import { challengeBearer, challengeSender, checkSender, documentSender, extractPresented } from "./sender.ts";

/** What every bearer scheme may be told. */
export interface BearerOptions<Sc extends string = never> extends ScopedOptions<Sc> {
  /**
   * How the sender of a token proves that it is its holder, so a stolen token is worth nothing: `dpop({ … })` (RFC 9449) or
   * `mutualTlsBound({ … })` (RFC 8705 §3) of `lockstep/jwt`. Pass the scheme to `claims()` of a verifier, which checks it;
   * nothing else can read the token before. Default: none, and tokens that are bound to a key are refused.
   */
  readonly senderConstraint?: SenderConstraint | undefined;
}

/** The names of the options of every bearer scheme. */
const bearerOptions: KnownOptions<BearerOptions> = { ...scopedOptions, senderConstraint: true };

/** What tells one bearer scheme from another. */
export interface BearerKind<O extends BearerOptions> {
  /** The factory, for messages. */
  readonly factory: string;
  /** The scheme's name unless the options say another. */
  readonly defaultName: string;
  /** The names of the options that only this scheme has. */
  readonly options: KnownOptions<Omit<O, keyof BearerOptions>>;
  /** The members of the OpenAPI object beside `description`, given the checked scopes. @throws BuildError `wrong_scheme` */
  openapi(scopes: Readonly<Record<string, string>>, sender: SenderRule | undefined): Readonly<Record<string, unknown>>;
  /** The entries of the document, given the checked name. Default: one, without a way to sign in. */
  documented?(entry: DocumentedScheme, scopes: Readonly<Record<string, string>>): readonly DocumentedScheme[];
}

/**
 * Makes a scheme whose credential is a bearer token.
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` for a name, a scope or a URL that cannot be written
 */
export function bearerScheme<Sc extends string, O extends BearerOptions>(
  kind: BearerKind<O>,
  options: BearerOptions<Sc>,
): Scheme<string, Sc> {
  checkOptions<Record<string, unknown>>(`${kind.factory}()`, options, { ...bearerOptions, ...kind.options });
  const scopes = checkScopes(kind.factory, options.scopes);
  const maxCredentialBytes = checkMaxCredentialBytes(kind.factory, options);
  const name = checkSchemeName(kind.factory, options.schemeName ?? kind.defaultName);
  const sender = checkSender(kind.factory, options.senderConstraint);
  const told = sender === undefined ? { description: options.description } : documentSender(sender, options.description);
  const openapi: Readonly<Record<string, unknown>> = defined({ ...kind.openapi(scopes, sender), ...told });
  const documented = kind.documented?.({ name, openapi }, scopes);
  const definition = {
    name,
    place: "authorization bearer",
    ambient: false,
    scopes,
    maxCredentialBytes,
    openapi,
  } as const;
  if (sender === undefined) {
    const extract = (source: CredentialSource): Extraction<string> => extractBearer(source, maxCredentialBytes);
    return documentedScheme({ ...definition, extract, challenge: challengeBearer }, { documented });
  }
  return documentedScheme(
    {
      ...definition,
      extract: (source) => extractPresented(source, maxCredentialBytes, sender),
      challenge: (details) => challengeSender(sender, details),
    },
    { documented, sender },
  );
}

/** Finds the bearer token of a request. */
function extractBearer(source: CredentialSource, maxBytes: number): Extraction<string> {
  const found = findCredential(source, "bearer", maxBytes);
  return typeof found === "string" ? new Redacted(found) : found;
}

/**
 * A security scheme is one object: it extracts a credential, challenges for it and documents itself. It never verifies:
 * that is `authenticate()`. This module owns the contract; there is one file for each scheme beside it.
 */
import type { DocumentedScheme } from "../dependency/documented-scheme.ts";
import type { Ambient, CheckedScheme, Extraction, SchemeDefinition } from "../dependency/scheme-definition.ts";
import type { Dependency } from "../dependency/dependency.ts";
import { dependency } from "../dependency/node.ts";
import type { SenderRule } from "../dependency/presented-token.ts";
import type { Fact } from "../dependency/fact.ts";
import { Refusal } from "../outcome/refusal.ts";
import { BuildError } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import { checkDefinition, checkedChallenges } from "./definition.ts";

/** A security scheme as a dependency. Its value is the credential, redacted: extracted, not verified. */
export type Scheme<C, Sc extends string = never, F extends Fact = never> = Dependency<
  Redacted<C>,
  "credential" | `scope:${Sc}` | F
>;

/**
 * Makes a security scheme. Its value is the credential, not yet verified: pass the scheme to `authenticate()`.
 *
 * @throws BuildError `wrong_scheme` for a name, a place, a scope, a challenge or an OpenAPI object that cannot be used, for two
 * that name different places, and for a credential that browsers attach by themselves without `ambient`; `wrong_option` for a
 * member that a scheme does not have. If `extract` returns anything but an `Extraction`, the request ends with 500, and
 * `onError` receives `wrong_scheme`.
 *
 * @example
 * ```ts
 * const ticket = scheme({
 *   name: "Ticket",
 *   place: "authorization ticket",
 *   ambient: false,
 *   extract(source): Extraction<string> {
 *     const found = findCredential(source, "ticket");
 *     return typeof found === "string" ? new Redacted(found) : found;
 *   },
 *   challenge: ({ realm, error }) => buildChallenge("Ticket", { realm, error }),
 *   openapi: { type: "http", scheme: "ticket" },
 * });
 * ```
 */
export function scheme<C, const Sc extends string = never, const A extends Ambient = false>(
  definition: SchemeDefinition<C, Sc, A>,
): Scheme<C, Sc, A extends "cookie" ? "cookie" : never> {
  return documentedScheme(definition, {});
}

/** The parts of a scheme that only this package's own schemes have. */
interface SchemeParts {
  /** The entries of the document. Default: one, under the scheme's name. */
  readonly documented?: readonly DocumentedScheme[] | undefined;
  /** How the sender of the credential proves that it is its own. `extract` then returns a `PresentedToken`. */
  readonly sender?: SenderRule | undefined;
}

/**
 * `scheme()` for a scheme that is documented in another way than once, under its name, or whose credential only its holder may
 * use.
 *
 * @throws BuildError `wrong_scheme`, `wrong_option`
 */
export function documentedScheme<C, const Sc extends string = never, const A extends Ambient = false>(
  definition: SchemeDefinition<C, Sc, A>,
  { documented, sender }: SchemeParts,
): Scheme<C, Sc, A extends "cookie" ? "cookie" : never> {
  const checked = checkDefinition(definition, sender);
  const { name, ambient, scopes, openapi } = checked;
  const facts = new Set<Fact>(["credential"]);
  for (const scope of Object.keys(scopes)) facts.add(`scope:${scope}`);
  if (ambient === "cookie") facts.add("cookie");
  const extract: CheckedScheme["extract"] = (source) => checkedExtraction(name, definition.extract(source));
  const challenge: CheckedScheme["challenge"] = (details) => checkedChallenges(name, definition.challenge(details));
  const made: CheckedScheme = { ...checked, extract, challenge, documented: documented ?? [{ name, openapi }] };
  return dependency({ kind: "scheme", scheme: made, deps: [], facts, lifetime: "request" });
}

/** A credential that is not redacted would be logged, and a promise would be a credential that is always present. */
function checkedExtraction(name: string, found: Extraction): Extraction {
  if (found === undefined || found instanceof Redacted || found instanceof Refusal) return found;
  throw new BuildError(
    "wrong_scheme",
    `scheme() "${name}": return a Redacted, malformedCredential(), repeatedCredential() or undefined from extract, not ${typeof found}`,
  );
}

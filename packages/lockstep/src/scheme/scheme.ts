/**
 * A security scheme is one object: it extracts a credential, challenges for it and documents itself. It never verifies:
 * that is `authenticate()`. This module owns the contract; there is one file for each scheme beside it.
 */
import type { Ambient, Extraction, SchemeDefinition } from "../dependency/scheme-definition.ts";
import type { Dependency } from "../dependency/dependency.ts";
import { dependency } from "../dependency/node.ts";
import type { Fact } from "../dependency/fact.ts";
import { Refusal } from "../outcome/refusal.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { Redacted } from "../secret/redacted.ts";
import { checkSchemeName, checkScopes } from "./option.ts";

/** A security scheme as a dependency. Its value is the credential, redacted: extracted, not verified. */
export type Scheme<C, Sc extends string = never, F extends Fact = never> = Dependency<
  Redacted<C>,
  "credential" | `scope:${Sc}` | F
>;

const known: KnownOptions<SchemeDefinition> = {
  name: true,
  place: true,
  ambient: true,
  scopes: true,
  extract: true,
  challenge: true,
  openapi: true,
};
const places = /^(?:certificate|(?:authorization|header|cookie|query) [!-~]+)$/;
const ambients: readonly unknown[] = ["cookie", "browser", false] satisfies readonly Ambient[];
/** OpenAPI 3.1 §4.8.27. */
const types: readonly unknown[] = ["apiKey", "http", "mutualTLS", "oauth2", "openIdConnect"];

/**
 * Makes a security scheme. Its value is the credential, not yet verified: pass the scheme to `authenticate()`.
 *
 * @throws BuildError `wrong_scheme` for a name, a place, a scope or an OpenAPI object that cannot be used; `wrong_option` for a
 * member that a scheme does not have. If `extract` returns anything but an `Extraction`, the request ends with 500, and
 * `onError` receives `wrong_scheme`.
 *
 * @example
 * ```ts
 * const ticket = scheme({
 *   name: "Ticket",
 *   place: "authorization ticket",
 *   ambient: false,
 *   scopes: {},
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
  const { name, place, ambient, scopes, openapi } = checked(definition);
  const facts = new Set<Fact>(["credential"]);
  for (const scope of Object.keys(scopes)) facts.add(`scope:${scope}`);
  if (ambient === "cookie") facts.add("cookie");
  const extract: SchemeDefinition["extract"] = (source) => checkedExtraction(name, definition.extract(source));
  const challenge: SchemeDefinition["challenge"] = (details) => definition.challenge(details);
  const made: SchemeDefinition = { name, place, ambient, scopes, extract, challenge, openapi };
  return dependency({ kind: "scheme", scheme: made, deps: [], facts, lifetime: "request" });
}

/** Checks a definition, which may come from JavaScript; its records are frozen copies afterwards. */
function checked(definition: SchemeDefinition): SchemeDefinition {
  checkOptions<SchemeDefinition>("scheme()", definition, known);
  const { place, ambient, extract, challenge, openapi } = definition;
  const name = checkSchemeName("scheme", definition.name);
  const scopes = checkScopes("scheme", definition.scopes);
  const where = `scheme() "${name}"`;
  check(places.test(place), `${where}: write the place as in "header x-api-key" or "authorization bearer"`);
  check(ambients.includes(ambient), `${where}: set ambient to "cookie", "browser" or false`);
  check(typeof extract === "function" && typeof challenge === "function", `${where}: extract and challenge are functions`);
  check(
    types.includes(openapi?.["type"]),
    `${where}: set openapi to a Security Scheme Object, with one of the types ${types.join(", ")}`,
  );
  return { ...definition, name, scopes, openapi: Object.freeze({ ...openapi }) };
}

function check(holds: boolean, advice: string): void {
  if (!holds) throw new BuildError("wrong_scheme", advice);
}

/** A credential that is not redacted would be logged, and a promise would be a credential that is always present. */
function checkedExtraction(name: string, found: Extraction): Extraction {
  if (found === undefined || found instanceof Redacted || found instanceof Refusal) return found;
  throw new BuildError(
    "wrong_scheme",
    `scheme() "${name}": return a Redacted, malformedCredential(), repeatedCredential() or undefined from extract, not ${typeof found}`,
  );
}

/**
 * A security scheme is one object: it extracts a credential, challenges for it and documents itself. It never verifies:
 * that is `authenticate()`. This module owns the contract; there is one file for each scheme beside it.
 */
import type { SchemeDefinition } from "../dependency/scheme-definition.ts";
import type { Dependency } from "../dependency/dependency.ts";
import { dependency } from "../dependency/node.ts";
import type { Fact } from "../dependency/fact.ts";
import type { Redacted } from "../secret/redacted.ts";

/** A security scheme as a dependency. Its value is the credential, redacted: extracted, not verified. */
export type Scheme<C, Sc extends string = never, F extends Fact = never> = Dependency<
  Redacted<C>,
  "credential" | `scope:${Sc}` | F
>;

/** Makes the dependency of a scheme. */
export function scheme<C, Sc extends string = never, F extends Fact = never>(definition: SchemeDefinition<C>): Scheme<C, Sc, F> {
  const facts = new Set<Fact>(["credential"]);
  for (const name of Object.keys(definition.scopes)) facts.add(`scope:${name}`);
  if (definition.ambient === "cookie") facts.add("cookie");
  // It is part of every document of every API that uses the scheme.
  Object.freeze(definition.openapi);
  return dependency({ kind: "scheme", scheme: definition, deps: [], facts, lifetime: "request" });
}

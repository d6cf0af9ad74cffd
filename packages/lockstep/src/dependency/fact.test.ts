import assert from "node:assert/strict";
import { test } from "node:test";
import { factsOfAll, factsOfAny, factsOfOptional, uncheckedIds, usedParameters, declaredScopes, type Fact } from "./fact.ts";

const facts = (...all: Fact[]) => new Set<Fact>(all);

test("a record knows everything that any of its entries knows", () => {
  assert.deepEqual(
    factsOfAll([facts("credential"), facts("authenticated", "param:id")]),
    facts("credential", "authenticated", "param:id"),
  );
});

test("alternatives have a protection only if every branch has it, and a notice if any has it", () => {
  const any = factsOfAny([facts("authenticated", "authorized", "object-id:id"), facts("authenticated", "cookie")]);
  assert.deepEqual(any, facts("authenticated", "object-id:id", "cookie"));
});

test("what is optional protects nothing and still warns", () => {
  assert.deepEqual(
    factsOfOptional(facts("authenticated", "credential", "object-id:id", "scope:a")),
    facts("object-id:id", "scope:a"),
  );
});

test("names are read from the facts that carry one", () => {
  const all = facts("object-id:team", "param:team", "param:year", "scope:notes:read");
  assert.deepEqual(uncheckedIds(all), ["team"]);
  assert.deepEqual(usedParameters(all), ["team", "year"]);
  assert.deepEqual(declaredScopes(all), ["notes:read"]);
});

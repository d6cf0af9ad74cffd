import assert from "node:assert/strict";
import { test } from "node:test";
import { checkedIds, declaredScopes, type Fact, factsOfAll, factsOfAny, factsOfOptional, openIds, usedParameters } from "./fact.ts";

const facts = (...all: Fact[]) => new Set<Fact>(all);

test("a record knows everything that any of its entries knows", () => {
  assert.deepEqual(
    factsOfAll([facts("credential"), facts("authenticated", "param:id")]),
    facts("credential", "authenticated", "param:id"),
  );
});

test("alternatives have a protection only if every branch has it, and a notice if any has it", () => {
  const any = factsOfAny([facts("authenticated", "authorized", "object-id:path.id"), facts("authenticated", "cookie")]);
  assert.deepEqual(any, facts("authenticated", "object-id:path.id", "cookie"));
  const asked = factsOfAny([
    facts("scopes-asked", "checked:path.id", "input"),
    facts("scopes-unasked", "checked:path.id", "segment"),
  ]);
  assert.deepEqual(asked, facts("checked:path.id", "input", "scopes-unasked", "segment"));
  assert.deepEqual(factsOfAny([facts("scopes-asked"), facts("scopes-asked")]), facts("scopes-asked"));
});

test("an optional dependency protects nothing and still warns", () => {
  assert.deepEqual(
    factsOfOptional(
      facts("authenticated", "credential", "checked:path.id", "scopes-asked", "object-id:path.id", "scope:a", "input"),
    ),
    facts("object-id:path.id", "scope:a", "input"),
  );
});

test("names are read from the facts that carry one", () => {
  const all = facts("object-id:path.team", "param:team", "param:year", "scope:notes:read", "checked:body.note.id");
  assert.deepEqual(openIds(all), ["path.team"]);
  assert.deepEqual(checkedIds(all), ["body.note.id"]);
  assert.deepEqual(usedParameters(all), ["team", "year"]);
  assert.deepEqual(declaredScopes(all), ["notes:read"]);
});

test("an id is open unless the id of this place and name was checked", () => {
  const id = "object-id:body.items.productId";
  assert.deepEqual(openIds(facts(id, "checked:body.items.productId")), []);
  for (const other of ["checked:productId", "checked:body", "checked:query.items.productId", "checked:body.items"] as const) {
    assert.deepEqual(openIds(facts(id, other)), ["body.items.productId"], other);
  }
});

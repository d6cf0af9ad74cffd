/** The ids of callers: two callers never share one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { InvalidCredential } from "../../problem/error.ts";
import type { Claims } from "../../token/claims.ts";
import { type CallerKind, callerOf, type MappedCaller } from "./caller.ts";

const kinds: readonly CallerKind[] = ["user", "client", "service"];
const bare = { roles: [], scopes: [] };

function idOf(iss: string, kind: CallerKind, subject: string): string | undefined {
  const mapped: MappedCaller = { ...bare, kind, subject };
  try {
    // The id needs no other claim.
    return callerOf({ name: "m", read: () => mapped }, { iss } as Claims, undefined).principal.id;
  } catch (error) {
    if (error instanceof InvalidCredential) return undefined;
    throw error;
  }
}

test("two callers never share an id: it differs with the issuer, the kind and the subject", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "#", ":", "/", "@", "user", "client", " ", "%"),
    minLength: 1,
    maxLength: 6,
  });
  const caller = fc.tuple(text, fc.constantFrom(...kinds), text);
  let compared = 0;
  fc.assert(
    fc.property(caller, caller, (one, other) => {
      const [a, b] = [idOf(...one), idOf(...other)];
      if (a === undefined || b === undefined) return;
      compared += 1;
      assert.equal(a === b, JSON.stringify(one) === JSON.stringify(other), `${a} ${b}`);
    }),
  );
  assert.ok(compared > 10);
  assert.equal(idOf("a", "user", "x"), idOf("a", "user", "x"));
  assert.notEqual(idOf("a", "user", "x"), idOf("a", "client", "x"));
  assert.notEqual(idOf("a", "user", "x"), idOf("b", "user", "x"));
});

test("a caller without a sound issuer, kind and subject has no id", () => {
  assert.equal(idOf("https://as.test", "user", "auth0|a#b:c"), "https://as.test#user:auth0|a#b:c");
  for (const issuer of ["", "https://as.test#user:x", "two\nlines", 7 as unknown as string])
    assert.equal(idOf(issuer, "user", "x"), undefined);
  for (const subject of ["", " x", "two\nlines", null as unknown as string]) assert.equal(idOf("a", "user", subject), undefined);
  for (const kind of ["admin", "", undefined]) assert.equal(idOf("a", kind as CallerKind, "x"), undefined);
});

test("the grants say when and how the user signed in, as the token does (RFC 9470)", () => {
  const mapped: MappedCaller = { ...bare, kind: "user", subject: "x" };
  const grantsOf = (claims: object) =>
    callerOf({ name: "m", read: () => mapped }, { iss: "i", ...claims } as Claims, undefined).grants;
  assert.deepEqual(grantsOf({ auth_time: 7, acr: "phr" }), { sub: "x", scope: "", auth_time: 7, acr: "phr" });
  assert.deepEqual(grantsOf({}), { sub: "x", scope: "" });
});

test("a caller is frozen, and holds each role and scope once", () => {
  const mapped: MappedCaller = { kind: "user", subject: "x", roles: ["a", "b", "a"], scopes: ["s", "s"] };
  const { principal, grants } = callerOf({ name: "m", read: () => mapped }, { iss: "i" } as Claims, new Set(["a"]));
  assert.deepEqual([principal.roles, principal.scopes, grants.scope], [["a"], ["s"], "s"]);
  assert.ok(Object.isFrozen(principal) && Object.isFrozen(principal.roles) && Object.isFrozen(principal.scopes));
});

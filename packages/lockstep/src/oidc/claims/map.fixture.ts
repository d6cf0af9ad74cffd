/** Tries a map on claims as its issuer writes them, and on others that are nearly the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Grants } from "../../outcome/identified.ts";
import { InvalidCredential } from "../../problem/error.ts";
import type { Claims } from "../../token/claims.ts";
import { type Caller, callerOf, type ClaimsMap } from "./caller.ts";

/** Claims as in a token. A change to `undefined` removes one. */
export type Payload = Readonly<Record<string, unknown>>;

/** A caller without its claims, and its grants. */
export interface Read extends Omit<Caller, "claims"> {
  readonly grants: Grants;
}

/** Reads claims with a map, as `claims()` does. They become a record without a prototype, as the verifier makes them. */
export function read(map: ClaimsMap, payload: Payload): Read {
  const present = Object.entries(payload).filter(([, value]) => value !== undefined);
  // A map reads any record; what a verifier checks is not tried here.
  const claims = Object.assign(Object.create(null), Object.fromEntries(present)) as Claims;
  const { principal, grants } = callerOf(map, claims, undefined);
  const { claims: read, ...caller } = principal;
  assert.equal(read, claims);
  return { ...caller, grants };
}

/** The members of a caller that differ from map to map. */
export function summary(
  map: ClaimsMap,
  payload: Payload,
): readonly [id: string, roles: readonly string[], scopes: string | undefined] {
  const { id, roles, grants } = read(map, payload);
  return [id, roles, grants.scope];
}

/** A change to good claims, and the reason in the audit event. */
export type Refused = readonly [change: Payload, reason: RegExp];

/** Tests that a map reads good claims and refuses them once they are changed, with a reason that shows no text of the token. */
export function refuses(map: ClaimsMap, good: Payload, cases: Readonly<Record<string, Refused>>): void {
  for (const [name, [change, reason]] of Object.entries(cases)) {
    test(`${map.name} refuses ${name}`, () => {
      assert.ok(read(map, good).id, "the same claims without the flaw are accepted");
      const refused = refusal(map, { ...good, ...change });
      assert.match(refused, reason);
      // The end of the reason is the map and the setting, which may be called like a value.
      const problem = refused.replace(/ \(claims map [^)]*\)$/, "");
      for (const text of textsIn(change)) assert.ok(!problem.includes(text), refused);
    });
  }
}

/** The reason for which a map refuses claims. */
export function refusal(map: ClaimsMap, payload: Payload): string {
  try {
    const { id } = read(map, payload);
    return assert.fail(`it was accepted as ${id}`);
  } catch (error) {
    if (error instanceof InvalidCredential) return error.reason;
    throw error;
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

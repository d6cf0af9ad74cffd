/** The small world of the start-up tests, and how a wrong program is refused. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import {
  type Api,
  apiKeyHeader,
  authenticate,
  BuildError,
  type BuildCode,
  createApi,
  depends,
  get,
  group,
  httpBearer,
  identified,
  owned,
  path,
  roles,
  scopes,
} from "lockstep";

// The tests are about callers without types.
// oxlint-disable-next-line typescript/no-explicit-any
type Untyped = any;
/** The same value, with nothing known of it. */
export const any = (value: unknown): Untyped => value;
export const one = (): number => 1;
export const load = (): { readonly id: string; readonly ownerId: string } => ({ id: "n1", ownerId: "u1" });
export const ownerOf = (object: { readonly ownerId: string }): string => object.ownerId;

// The fixture has no annotations of facts: they are what the tests are about.
const token = httpBearer({ scopes: { "notes:read": "Read notes", "notes:write": "Change notes" } });
const user = authenticate({ token }, () => identified({ id: "u1", isAdmin: false }, { sub: "u1" }));
const client = authenticate({ key: apiKeyHeader({ name: "X-API-Key" }) }, () => ({ id: "svc", name: "svc" }));
const role = roles({ admin: ["user"], user: [] }, user, () => "user", { reachAny: ["admin"] });
const id = path("id", z.string());

/** What the programs are made of. */
export const world = {
  token,
  user,
  writer: scopes(user, "notes:write"),
  client,
  bare: depends({}, () => ({ id: "x" })),
  role,
  admin: role.require("admin"),
  id,
  team: path("team", z.string()),
  ownNote: owned({ id, user }, load, ownerOf),
  v1: group({ prefix: "/v1", deps: { client } }),
} as const;

/** An API of these routes. */
export const api = (...routes: readonly unknown[]): Api => createApi({ title: "T", version: "1", routes: any(routes) });

/** An API of one route, which reads. */
export const route = (template: string, spec: unknown): Api => api(get(any(template), any(spec), one));

/** A wrong program, by what is wrong with it. */
export type Case = readonly [program: string, run: () => unknown];

/** Each program ends the start with this code. */
export function refuses(code: BuildCode, cases: readonly Case[]): void {
  describe(code, () => {
    for (const [program, run] of cases) {
      test(program, () => {
        assert.throws(run, (error) => error instanceof BuildError && error.code === code);
      });
    }
  });
}

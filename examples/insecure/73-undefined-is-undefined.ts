// fails: answer 404 — not the caller's
/**
 * Two ids that are both missing. `row.tenant_id === user.tenantId` is true if neither the row nor the user has a tenant, or
 * if a column is misspelt. `owned()` compares the owner's id itself, and a missing id matches nobody.
 */
import { get, owned, path } from "lockstep";
import { z } from "zod";
import { ask, caller, serve } from "./served.ts";

interface Row {
  readonly id: string;
  readonly customer_id?: string;
  readonly customerId?: string;
}
const rows = new Map<string, Row>([["i2", { id: "i2", customer_id: "u2" }]]);
const deps = { id: path("id", z.string()), user: caller };
const misspelt = owned(
  deps,
  ({ id }) => rows.get(id),
  (row) => row.customerId,
);
const spelt = owned(
  deps,
  ({ id }) => rows.get(id),
  (row) => row.customer_id,
);

export const wrong = ask(serve(get("/rows/:id", { deps: { row: misspelt } }, ({ row }) => row.id)), "GET /rows/i2", { as: "eve" });
export const right = ask(serve(get("/rows/:id", { deps: { row: spelt } }, ({ row }) => row.id)), "GET /rows/i2", { as: "eve" });

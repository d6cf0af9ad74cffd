// open: adversary — a guard may compare scopes; its type does not show that they say what a program may do, not who a person is
/**
 * A scope, taken for a role. A customer's own token has `invoices:read`, and with it they read the invoices of everybody.
 */
import { authenticate, authorize, deny, get, grantedScopes, httpBearer, identified, permitted } from "lockstep";
import { id, invoices, InvoiceView } from "./secure.ts";
import { ask, serve } from "./served.ts";

const token = httpBearer({ scopes: { "invoices:read": "Read invoices" } });
const user = authenticate({ token }, ({ token }) =>
  token.reveal() === "eve" ? identified({ id: "u2" }, { sub: "u2", scope: "invoices:read" }) : undefined,
);
const reader = authorize(
  { user, granted: grantedScopes(user) },
  ({ user, granted }) => (granted?.includes("invoices:read") === true ? user : deny("the token may not read")),
  { reach: "any" },
);
const any = permitted({ id, reader }, ({ id }) => invoices.get(id));

export const wrong = ask(
  serve(get("/invoices/:id", { deps: { any }, response: InvoiceView }, ({ any }) => any)),
  "GET /invoices/i1",
  {
    as: "eve",
  },
);

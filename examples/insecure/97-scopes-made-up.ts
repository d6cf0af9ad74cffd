// open: adversary — grants are text, and the type does not say where the text comes from
/**
 * Scopes that no credential brought. `scopes()` asked for `identified()`, and the scopes in it are a constant.
 */
import { authenticate, get, httpBearer, identified, scopes } from "lockstep";
import { invoices } from "./secure.ts";
import { ask, serve } from "./served.ts";

const token = httpBearer({ scopes: { "invoices:all": "Read every invoice" } });
const user = authenticate({ token }, ({ token }) =>
  token.reveal() === "eve" ? identified({ id: "u2" }, { sub: "u2", scope: "invoices:all" }) : undefined,
);
const totals = get("/totals", { deps: { user: scopes(user, "invoices:all") } }, () =>
  [...invoices.values()].map((invoice) => invoice.total).join(),
);

export const wrong = ask(serve(totals), "GET /totals", { as: "eve" });

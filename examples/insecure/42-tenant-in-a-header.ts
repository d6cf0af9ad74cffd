// fails: compile — check header("X-Tenant") with owned(), permitted() or unowned()
/**
 * The tenant in a header. The front end sends the selected tenant, and the query filters by it. Anyone who changes the
 * header reads the next tenant's invoices. A tenant, an organisation or a user in a header is an id.
 */
import { z } from "zod";
import { get, header } from "lockstep";
import { activeUser, invoices, rows } from "./secure.ts";

const tenant = header("X-Tenant", z.string());

export const list = get("/invoices", { deps: { user: activeUser, tenant }, response: rows }, ({ tenant }) =>
  [...invoices.values()].filter((invoice) => invoice.customerId === tenant),
);

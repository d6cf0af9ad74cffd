// fails: compile — "invoice:write"
/**
 * A scope that no token will ever have. If scopes are free text, the endpoint is dead, or a lenient check skips the unknown
 * scope and the endpoint is open. Only scopes that a scheme below declares compile.
 */
import { z } from "zod";
import { body, patch, scopes } from "lockstep";
import { activeUser, ownInvoice, rows } from "./secure.ts";

const change = body(z.object({ total: z.number().positive() }));

export const update = patch(
  "/invoices/:id",
  {
    deps: {
      invoice: ownInvoice,
      user: scopes(activeUser, "invoice:write"),
      change,
    },
    response: rows,
  },
  ({ invoice, change }) => ({ ...invoice, ...change }),
);

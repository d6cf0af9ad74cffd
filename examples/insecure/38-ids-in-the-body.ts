// fails: compile — check "ids" of body() with owned(), permitted() or unowned()
/**
 * Ids in a list of a body. The route for one invoice checks the owner. The route for fifty does not, because the page that
 * shows them only knows the user's own. A list of ids needs the same check as one id.
 */
import { z } from "zod";
import { body, post } from "lockstep";
import { invoices, rows, writer } from "./secure.ts";

const wanted = body(z.object({ ids: z.array(z.string()).max(50) }));

export const read = post("/invoices/read", { deps: { writer, wanted }, response: rows }, ({ wanted }) =>
  wanted.ids.map((id) => invoices.get(id)),
);

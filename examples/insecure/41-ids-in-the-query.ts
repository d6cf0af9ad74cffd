// fails: compile — check query("ids") with owned(), permitted() or unowned()
/**
 * Ids in a list of the query. `?ids=i1,i2` is for a table that shows several invoices at once, and the code loads them with
 * `where id in (…)` and nothing else. The plural of an id is an id.
 */
import { z } from "zod";
import { get, query } from "lockstep";
import { activeUser, invoices, rows } from "./secure.ts";

const ids = query("ids", z.array(z.string()));

export const read = get("/invoices", { deps: { user: activeUser, ids }, response: rows }, ({ ids }) =>
  ids.map((id) => invoices.get(id)),
);

// fails: compile — IDOR: an id from the request (query.ids) reaches this handler with no ownership check
/**
 * Ids in a list of the query. `?ids=i1,i2` for a table that shows several at once, loaded with `where id in (…)` and nothing
 * else. The plural of an id is an id.
 */
import { z } from "zod";
import { get, query } from "lockstep";
import { activeUser, invoices, rows } from "./secure.ts";

const ids = query("ids", z.array(z.string()));

export const read = get("/invoices", { deps: { user: activeUser, ids }, response: rows }, ({ ids }) =>
  ids.map((id) => invoices.get(id)),
);

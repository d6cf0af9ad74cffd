// fails: answer 500 — a function that returns true or false takes two parameters, the object and the values
/**
 * An ownership check without types that looks only at the object. The row is `any`, so the compiler does not see that
 * `row.isPublished` is not an owner. A function of one parameter must return an id. If it returns a boolean, nobody passes.
 */
import { z } from "zod";
import { get, owned, path } from "lockstep";
import { ask, caller, serve } from "./served.ts";

const rows: ReadonlyMap<string, any> = new Map([["r2", { isPublished: true, ownerId: "u2" }]]);
const deps = { id: path("id", z.string()), user: caller };
const published = owned(
  deps,
  ({ id }) => rows.get(id),
  (row) => row.isPublished,
);
const own = owned(
  deps,
  ({ id }) => rows.get(id),
  (row) => row.ownerId,
);

export const wrong = ask(serve(get("/rows/:id", { deps: { published } }, () => "row")), "GET /rows/r2", { as: "eve" });
export const right = ask(serve(get("/rows/:id", { deps: { own } }, () => "row")), "GET /rows/r2", { as: "eve" });

// fails: answer 500 — leave the column "passwordHash" out: it holds a secret
/**
 * A column with a secret in an untyped table. The export lists every column of the table, and the driver's rows have no types.
 */
import { csv, get } from "lockstep";
import { users } from "./secure.ts";
import { ask, caller, serve } from "./served.ts";

const rows: any[] = [...users.values()];
const all = get("/users.csv", { deps: { user: caller }, response: csv(["id", "email", "passwordHash"]) }, () => rows);
const some = get("/users.csv", { deps: { user: caller }, response: csv(["id", "email"]) }, () => rows);

export const wrong = ask(serve(all), "GET /users.csv", { as: "root" });
export const right = ask(serve(some), "GET /users.csv", { as: "root" });

// fails: start-up wrong_schema — list the members that may leave
/**
 * Events of anything. Each change of a row is sent to the browsers as the database told it, with the columns that are added
 * later.
 */
import { z } from "zod";
import { createApi, eventStream, get } from "lockstep";
import { activeUser } from "./secure.ts";

const changes = [{ table: "users", row: { id: "u1", passwordHash: "$argon2id$…" } }];

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [
    get("/changes", { deps: { user: activeUser }, response: eventStream(z.unknown()) }, function* () {
      for (const data of changes) yield { data };
    }),
  ],
});

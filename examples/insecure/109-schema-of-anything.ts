// fails: start-up wrong_schema — list the members that may leave
/**
 * A schema of anything as the response. `z.any()` was quicker to write than the members, so the row leaves with its hash.
 */
import { z } from "zod";
import { createApi, get } from "lockstep";
import { activeUser } from "./secure.ts";

const row = { id: "u1", email: "ada@example.com", passwordHash: "$argon2id$…" };

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [get("/me", { deps: { user: activeUser }, response: z.any() }, () => row)],
});

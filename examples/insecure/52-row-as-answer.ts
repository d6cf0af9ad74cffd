// fails: compile — declare { response: schema } or { response: unchecked("reason") }
/**
 * The row of the table as the answer. No type of an ORM marks the column with the hash as secret, so nothing shows that the
 * row contains it. An object leaves through a response schema.
 */
import { authenticate, get, httpBearer } from "lockstep";

const accounts = new Map([["u1", { id: "u1", email: "ada@example.com", passwordHash: "$argon2id$…" }]]);
const account = authenticate({ token: httpBearer() }, ({ token }) => accounts.get(token.reveal()));

export const me = get("/me", { deps: { account } }, ({ account }) => account);

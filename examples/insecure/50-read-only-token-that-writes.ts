// fails: compile — require a scope with scopes(user, "…") or use anyScope(user, "reason")
/**
 * A read-only token that writes. The token was granted `invoices:read`, and this one route forgot to ask for a scope. A
 * route that changes something asks for a scope, or says with `anyScope()` why it does not.
 */
import { z } from "zod";
import { body, post } from "lockstep";
import { activeUser } from "./secure.ts";

const sent = body(z.object({ total: z.number() }));

export const create = post("/invoices", { deps: { user: activeUser, sent } }, ({ user }) => `made by ${user.id}`);

// fails: compile — authenticate(): return an object with an id, identified(principal, grants)
/**
 * An error that is returned and not thrown. `?? new InvalidCredential()` looks like a refusal. But an error is an object, so
 * the sender of an unknown token is let in. A verifier throws the error; a verb that returns it does not compile.
 */
import { authenticate, get, InvalidCredential } from "lockstep";
import { rows, token, users } from "./secure.ts";

const user = authenticate({ token }, ({ token }) => users.get(token.reveal()) ?? new InvalidCredential("unknown"));

export const me = get("/me", { deps: { user }, response: rows }, () => "welcome");

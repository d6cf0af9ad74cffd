// fails: compile — authenticate(): remove the input: only credentials, connection() and rawBody() say who is asking
/**
 * The user that the gateway names in a header. Anyone who reaches the service directly can name any user. A value that the
 * client chooses freely is not a credential, so `authenticate()` takes no `header()` below it.
 */
import { z } from "zod";
import { authenticate, get, header } from "lockstep";
import { key, rows, users } from "./secure.ts";

const deps = { key, email: header("X-Forwarded-Email", z.email()) };
const user = authenticate(deps, ({ email }) => [...users.values()].find((each) => each.email === email));

export const me = get("/me", { deps: { user }, response: rows }, () => "welcome");

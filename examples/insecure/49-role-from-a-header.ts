// fails: compile — reaching any object must not rest on what the client sent
/**
 * The role from the request. `X-Role: admin` is set by the gateway, by the test suite, and by anybody else. Who may reach any
 * object is decided by the principal.
 */
import { z } from "zod";
import { authorize, deny, header } from "lockstep";
import { activeUser } from "./secure.ts";

const asked = header("X-Role", z.enum(["customer", "admin"]));
const deps = { user: activeUser, asked };

export const admin = authorize(deps, ({ user, asked }) => (asked === "admin" ? user : deny("not an administrator")), {
  reach: "any",
});

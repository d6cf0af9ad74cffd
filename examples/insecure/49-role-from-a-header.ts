// fails: compile — decide by the principal, or load the object with owned()
/**
 * The role from the request. The gateway sets `X-Role: admin`, and so can the test suite and anybody else. Only the
 * principal decides who may reach any object.
 */
import { z } from "zod";
import { authorize, deny, header } from "lockstep";
import { activeUser } from "./secure.ts";

const asked = header("X-Role", z.enum(["customer", "admin"]));
const deps = { user: activeUser, asked };

export const admin = authorize(deps, ({ user, asked }) => (asked === "admin" ? user : deny("not an administrator")), {
  reach: "any",
});

// fails: compile — paths have no wildcards, suffixes, expressions or trailing slash
/**
 * A pattern that two routers read differently. `/files/*` and `:name.pdf` mean one thing to the guard, another to the router
 * and a third to the proxy in front. A whole family of published bypasses works like this. A parameter is a whole segment.
 */
import { get } from "lockstep";
import { activeUser } from "./secure.ts";

export const file = get("/files/*", { deps: { user: activeUser } }, ({ user }) => `files of ${user.id}`);

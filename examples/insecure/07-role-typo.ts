// fails: compile — Argument of type '"amdin"' is not assignable
/**
 * A role with a typo. `requireRole("amdin")` locks everybody out. The reverse, `user.role !== "amdin"`, lets everybody in.
 * Roles are the names of a hierarchy.
 */
import { get } from "lockstep";
import { role, rows, users } from "./secure.ts";

const admin = role.require("amdin");

export const list = get("/admin/users", { deps: { admin }, response: rows }, () => [...users.values()].map((user) => user.email));

// fails: compile — the group already declares a dependency of this name
/**
 * A route that replaces its group's guard. Spread order or a nested provider decides which `partner` counts, and the last one
 * wins: a name, made up on the spot. A group's guard always runs, and its name is taken.
 */
import { depends } from "lockstep";
import { invoices, partners, rows } from "./secure.ts";

const partner = depends({}, () => ({ name: "internal" }));

export const list = partners.get("/all", { deps: { partner }, response: rows }, ({ partner }) => ({
  partner,
  invoices: [...invoices.values()],
}));

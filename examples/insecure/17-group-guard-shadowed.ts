// fails: compile — rename the dependency "partner": the group already declares one of this name
/**
 * A route that replaces its group's guard. The order of a spread or a nested provider decides which `partner` counts, and
 * the last one wins. Here it is a record that nobody verified. A group's guard always runs, and a route cannot reuse its
 * name.
 */
import { depends } from "lockstep";
import { invoices, partners, rows } from "./secure.ts";

const partner = depends({}, () => ({ name: "internal" }));

export const list = partners.get("/all", { deps: { partner }, response: rows }, ({ partner }) => ({
  partner,
  invoices: [...invoices.values()],
}));

// fails: compile — remove public or the authenticated dependency: a route cannot have both
/**
 * A route with a caller in a public group. The group's reason was true for the shop window, and then somebody adds the orders.
 */
import { group } from "lockstep";
import { activeUser } from "./secure.ts";

const shop = group({ prefix: "/shop", public: "a shop window" });

export const orders = shop.get("/orders", { deps: { user: activeUser } }, ({ user }) => `the orders of ${user.email}`);

// fails: start-up wrong_option — write each origin exactly
/**
 * Every subdomain as an origin. One of them is a blog that anybody can write, and its pages act with the cookies of its readers.
 */
import { createApi, get } from "lockstep";
import { activeUser } from "./secure.ts";

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  origins: ["https://*.example.com"],
  routes: [get("/me", { deps: { user: activeUser } }, ({ user }) => user.email)],
});

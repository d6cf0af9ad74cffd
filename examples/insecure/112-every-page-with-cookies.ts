// fails: start-up wrong_option — name the origins, or leave out credentials
/**
 * Every page of the web, with cookies. The browser had reported a CORS error, and this is the setting that a search found.
 */
import { createApi, get } from "lockstep";
import { activeUser } from "./secure.ts";

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  cors: { origins: "*", credentials: true },
  routes: [get("/me", { deps: { user: activeUser } }, ({ user }) => user.email)],
});

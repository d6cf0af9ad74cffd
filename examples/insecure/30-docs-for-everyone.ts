// fails: start-up docs_unguarded — say who may read the documentation
/**
 * Documentation behind a guard that asks nobody. `/docs` lists every endpoint and every parameter, and here its access rule
 * is a value that asks nobody. The documentation needs an access rule like any route: an authenticated dependency, or a
 * reason.
 */
import { createApi, depends, get } from "lockstep";
import { activeUser } from "./secure.ts";

const colleague = depends({}, () => ({ name: "somebody from the office" }));

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  docs: { access: colleague },
  routes: [get("/me", { deps: { user: activeUser } }, ({ user }) => user.email)],
});

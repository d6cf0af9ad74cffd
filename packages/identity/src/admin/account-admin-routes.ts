/** The routes for administrators: listing accounts, disabling and enabling them, and ending their sessions. */
import { connection, depends, del, get, notFound, nothing, path, permitted, post, query, type Route } from "lockstep";
import { z } from "zod";
import type { Accounts } from "../account/accounts.ts";
import { AccountView, viewOf } from "../account/account-schema.ts";
import type { AdministratorDependency } from "../api-key/service-account-routes.ts";

/** The parameter of `accountAdminRoutes()`. */
export interface AccountAdminServices {
  readonly accounts: Accounts;
  readonly admin: AdministratorDependency;
}

const tags = ["Accounts"];
const AccountList = z.object({ items: z.array(AccountView), next: z.uuid().nullable() }).meta({ id: "AccountList" });

/** Builds the routes under `/auth/accounts`. */
export function accountAdminRoutes({ accounts, admin }: AccountAdminServices): Route[] {
  const account = permitted({ id: path("id", z.uuid()), admin }, ({ id }) => accounts.find(id));
  const change = depends({ admin, origin: connection() }, ({ admin, origin }) => ({ by: admin.id, requestId: origin.requestId }));
  const limit = query("limit", z.int().min(1).max(100).default(50));
  const after = query("after", z.uuid().optional(), { identifies: nothing("a place in the list of all accounts") });
  const deps = { account, change };
  return [
    get(
      "/auth/accounts",
      { tags, summary: "List accounts, oldest first", deps: { admin, limit, after }, response: AccountList },
      async ({ limit, after }) => {
        const last = after === undefined ? undefined : ((await accounts.find(after)) ?? notFound());
        const found = await accounts.list({ limit, after: last });
        return { items: found.map(viewOf), next: found.length < limit ? null : (found.at(-1)?.id ?? null) };
      },
    ),
    post("/auth/accounts/:id/disable", { tags, summary: "Disable an account", deps, status: 204 }, async ({ account, change }) => {
      await accounts.disable(account.id, change);
    }),
    post(
      "/auth/accounts/:id/enable",
      { tags, summary: "Enable a disabled account", deps, status: 204 },
      async ({ account, change }) => {
        await accounts.enable(account.id, change);
      },
    ),
    del(
      "/auth/accounts/:id/sessions",
      { tags, summary: "End every session of an account", deps, status: 204 },
      async ({ account, change }) => {
        await accounts.endSessions(account.id, { reason: "ended_by_administrator", ...change });
      },
    ),
  ];
}

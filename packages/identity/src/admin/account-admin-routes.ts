/** The routes for administrators: inviting people, listing, disabling and enabling accounts, and ending their sessions. */
import { body, connection, depends, del, get, notFound, nothing, path, permitted, post, query, reply, type Route } from "lockstep";
import { z } from "zod";
import type { Accounts } from "../account/accounts.ts";
import { Accepted, AccountView, EmailOnly, viewOf } from "../account/account-schema.ts";
import { sendInvitation } from "../account/invitation.ts";
import { type LinkTemplates, linksTo } from "../account/link-template.ts";
import type { AdministratorDependency } from "../api-key/service-account-routes.ts";
import type { Outbox } from "../mail/outbox.ts";
import type { Settings } from "../settings.ts";

/** The services that the routes need. */
export interface AccountAdminServices {
  readonly accounts: Accounts;
  readonly admin: AdministratorDependency;
  readonly settings: Settings;
  readonly outbox: Outbox;
  /** The pages that the links in messages open. Default: pages of the issuer. */
  readonly links?: LinkTemplates | undefined;
}

const tags = ["Accounts"];
const AccountList = z.object({ items: z.array(AccountView), next: z.uuid().nullable() }).meta({ id: "AccountList" });

/** Builds the routes under `/auth/accounts`. */
export function accountAdminRoutes({ accounts, admin }: Pick<AccountAdminServices, "accounts" | "admin">): Route[] {
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

/** Builds `POST /auth/invitations`. */
export function invitationRoute({ admin, settings, outbox, links }: AccountAdminServices): Route {
  const sending = { settings, outbox, links: linksTo(settings.issuer, links) };
  return post(
    "/auth/invitations",
    {
      tags,
      summary: "Invite somebody by e-mail",
      description:
        "A link goes to the address. With it and a password, the account is made. An earlier invitation to the address ends.",
      deps: { admin, connection: connection(), body: body(EmailOnly) },
      response: Accepted,
      status: 202,
      problems: {
        403: { sign_in_again: "The sign-in has just ended." },
        409: { address_taken: "The address has an account." },
      },
    },
    async ({ admin, connection, body: { email } }) => {
      await sendInvitation({ email, by: admin, connection }, sending);
      return reply(202, { status: "accepted" });
    },
  );
}

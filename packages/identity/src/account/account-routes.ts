/** The routes of accounts: registering, confirming an address, resetting a lost password, and managing one's own account. */
import { body, connection, get, notFound, nothing, post, reply, type Reply, type Route } from "lockstep";
import { clientConnection } from "../throttle/client-connection.ts";
import {
  Accepted,
  AccountId,
  AccountView,
  EmailAndPassword,
  EmailChange,
  EmailOnly,
  PasswordChange,
  TokenAndPassword,
  viewOf,
} from "./account-schema.ts";
import { checkRecentSignIn } from "../password/own-password.ts";
import { OptionalPassword } from "../password/password-schema.ts";
import type { AccountRouteServices, AccountServices, OwnAccountServices } from "./account-services.ts";
import type { ChangedBy } from "./accounts.ts";
import { requestAddressChange } from "./address-change.ts";
import { acceptRoute } from "./invitation-route.ts";
import { linksTo } from "./link-template.ts";
import { changePassword } from "./password-change.ts";
import { finishReset, requestReset } from "./password-reset.ts";
import { register } from "./registration.ts";
import { signedOut } from "../session/session-cookie.ts";
import { verifyAddress } from "./verification.ts";

const tags = ["My account"];
const noStore = { "cache-control": "no-store" };
const maxBodyBytes = 16_384;

const throttled = { too_many_requests: "Too many attempts." };
const busy = { unavailable: "Too many passwords are being checked, or the database is away." };
const badLink = { invalid_link: "The link is unknown, spent, too old or replaced by a newer one." };
const weak = { weak_password: "The password is too short, too long or too common." };
const wrong = { wrong_password: "The password is wrong." };
const again = { sign_in_again: "The sign-in was too long ago, and no password was sent.", ...wrong };
const ownKeys = nothing("API keys of the caller; another's is refused");
const unsent = { 429: throttled, 503: busy };

/** Builds the account routes under `/auth`. `POST /auth/register` is left out if registration is closed. */
export function accountRoutes(services: AccountRouteServices): Route[] {
  const { settings, throttle, outbox } = services;
  const inner: AccountServices = { settings, throttle, outbox, links: linksTo(settings.issuer, services.links) };
  return [
    ...(settings.registration === "open" ? [registerRoute(inner)] : []),
    verifyRoute(inner),
    ...resetRoutes(inner),
    acceptRoute(inner),
    ...passwordRoutes(services, inner),
    ...ownAccountRoutes(services),
  ];
}

function registerRoute(services: AccountServices): Route {
  const { settings } = services;
  return post(
    "/auth/register",
    {
      public: "registering",
      summary: "Register",
      description:
        "The answer is always the same. A message goes to the address: a link, or the news that the address already has an account. " +
        "The link and the password together make the account, at `POST /auth/verify`.",
      tags,
      deps: { connection: clientConnection(settings), body: body(EmailAndPassword) },
      response: Accepted,
      status: 202,
      problems: { 422: weak, ...unsent },
      maxBodyBytes,
    },
    async ({ connection, body }) => {
      await register({ ...body, connection }, services);
      return accepted();
    },
  );
}

function verifyRoute(services: AccountServices): Route {
  const { settings } = services;
  return post(
    "/auth/verify",
    {
      public: "confirming an address",
      summary: "Confirm an address",
      description:
        "Send the token of the link and the password: the one chosen when registering, or the account's own to confirm a new address.",
      tags,
      deps: { connection: clientConnection(settings), body: body(TokenAndPassword) },
      responses: { 201: AccountId, 200: AccountId },
      problems: { 400: badLink, 403: wrong, ...unsent },
      maxBodyBytes,
    },
    async ({ connection, body }) => {
      const { id, isNew } = await verifyAddress({ ...body, connection }, services);
      return reply(isNew ? 201 : 200, { id }, { headers: noStore });
    },
  );
}

function resetRoutes(services: AccountServices): Route[] {
  const { settings } = services;
  return [
    post(
      "/auth/password/forgot",
      {
        public: "a lost password",
        summary: "Ask for a new password",
        description:
          "The answer is always the same. If the address has an account, a link is sent to it, and earlier links stop working.",
        tags,
        deps: { connection: clientConnection(settings), body: body(EmailOnly) },
        response: Accepted,
        status: 202,
        problems: unsent,
        maxBodyBytes,
      },
      async ({ connection, body: { email } }) => {
        await requestReset({ email, connection }, services);
        return accepted();
      },
    ),
    post(
      "/auth/password/reset",
      {
        public: "a lost password",
        summary: "Set a new password with a link",
        description: "Ends every session of the account. The caller is not signed in.",
        tags,
        deps: { connection: clientConnection(settings), body: body(TokenAndPassword) },
        status: 204,
        problems: { 400: badLink, 422: weak, ...unsent },
        maxBodyBytes,
      },
      async ({ connection, body }) => {
        await finishReset({ ...body, connection }, services);
        return reply(204, undefined, { headers: noStore });
      },
    ),
  ];
}

function passwordRoutes({ holder, accounts, rotateSession }: AccountRouteServices, services: AccountServices): Route[] {
  return [
    post(
      "/auth/password",
      {
        summary: "Change my password",
        description:
          "Ends every other session, and every API key that is not in `keepApiKeys`. This session goes on; a browser gets a new cookie.",
        tags,
        deps: { user: holder, connection: connection(), body: body(PasswordChange, { identifies: { keepApiKeys: ownKeys } }) },
        status: 204,
        problems: { 403: wrong, 422: { ...weak, unknown_api_key: "A key to keep is not one of the caller's." }, ...unsent },
        maxBodyBytes,
      },
      async ({ user, connection, body: { currentPassword, newPassword, keepApiKeys } }) => {
        await changePassword({ user, connection, password: currentPassword, newPassword, keepApiKeys }, services);
        const cookie = await rotateSession(user);
        return reply(204, undefined, cookie === undefined ? {} : { cookies: [cookie] });
      },
    ),
    post(
      "/auth/email",
      {
        summary: "Ask for another address",
        description:
          "A link goes to the new address and a notice to the old one, which stays in use until the link is used at `POST /auth/verify`.",
        tags,
        deps: { user: holder, connection: clientConnection(services.settings), body: body(EmailChange) },
        response: Accepted,
        status: 202,
        problems: { 403: again, ...unsent },
        maxBodyBytes,
      },
      async ({ user, connection, body: { email, password } }) => {
        await checkRecentSignIn({ user, connection, password }, services);
        const account = (await accounts.find(user.id)) ?? notFound();
        await requestAddressChange({ account, email, connection }, services);
        return accepted();
      },
    ),
  ];
}

/** Builds the routes on which somebody reads and closes their own account. They need no password. */
export function ownAccountRoutes(services: OwnAccountServices): Route[] {
  const { accounts, holder } = services;
  return [
    get("/auth/account", { summary: "My account", tags, deps: { user: holder }, response: AccountView }, async ({ user }) => {
      const account = (await accounts.find(user.id)) ?? notFound();
      return viewOf(account);
    }),
    closingRoute(services, "deactivate", {
      summary: "Deactivate my account",
      description: "Nobody can sign in to the account, and all its credentials are refused, until an administrator enables it.",
      close: (id, change) => accounts.disable(id, change),
    }),
    closingRoute(services, "delete", {
      summary: "Delete my account",
      description: "Deletes the account with its sessions and API keys, for good.",
      close: (id, change) => accounts.delete(id, change),
    }),
  ];
}

/** A way for users to close their own account. */
interface Closing {
  readonly summary: string;
  readonly description: string;
  readonly close: (id: string, change: ChangedBy) => Promise<boolean>;
}

function closingRoute(
  { settings, throttle, holder, recentHolder = holder }: OwnAccountServices,
  verb: string,
  { summary, description, close }: Closing,
): Route {
  return post(
    `/auth/account/${verb}`,
    {
      summary,
      description,
      tags,
      deps: { user: recentHolder, connection: connection(), body: body(OptionalPassword) },
      status: 204,
      problems: { 403: again, ...unsent },
      maxBodyBytes,
    },
    async ({ user, connection, body }) => {
      await checkRecentSignIn({ user, connection, password: body?.password }, { settings, throttle });
      await close(user.id, { by: user.id, requestId: connection.requestId });
      return signedOut(settings, user);
    },
  );
}

function accepted(): Reply<{ readonly status: "accepted" }, 202> {
  return reply(202, { status: "accepted" }, { headers: noStore });
}

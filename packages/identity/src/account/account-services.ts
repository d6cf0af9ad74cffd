/** What the routes of accounts work with. */
import type { Connection, Cookie } from "lockstep";
import type { MessageContext } from "../mail/message.ts";
import type { Outbox } from "../mail/outbox.ts";
import type { SignedInUser, User } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";
import type { Accounts } from "./accounts.ts";
import type { Links, LinkTemplates } from "./link-template.ts";

/** What is counted here, before it costs a hash or a message. */
export type AccountAction = "register" | "forgot" | "link" | "password";

/** What counts attempts. */
export interface AccountThrottle {
  /** @throws Problem 429 where there were too many */
  count(
    action: AccountAction,
    about: { readonly connection: Connection; readonly key?: string },
  ): Promise<{ succeeded(): Promise<void> }>;
  /** Forgets the failures to sign in with an address: it has another password now, set by whoever reads its mail. */
  passwordReplaced(username: string): Promise<void>;
}

/** What registering, confirming and resetting work with. */
export interface AccountServices {
  readonly settings: Settings;
  readonly throttle: AccountThrottle;
  readonly outbox: Outbox;
  readonly links: Links;
}

/** What `accountRoutes()` is given. */
export interface AccountRouteServices extends Omit<AccountServices, "links"> {
  readonly accounts: Accounts;
  readonly signedIn: SignedInUser;
  /** Gives the browser session that a user came with another secret (S-03); nothing for one who came with a token. */
  readonly rotateSession: (user: User) => Promise<Cookie | undefined>;
  /** Where the links in messages lead. Default: pages of the issuer. */
  readonly links?: LinkTemplates | undefined;
}

/** What every message says. */
export function messageContext({ issuer, lifetimes }: Settings): MessageContext {
  return { service: new URL(issuer).host, linkSeconds: lifetimes.linkSeconds };
}

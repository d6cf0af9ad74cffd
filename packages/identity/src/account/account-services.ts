/** The services that the account routes use. */
import type { Connection, Cookie } from "lockstep";
import type { MessageContext } from "../mail/message.ts";
import type { Outbox } from "../mail/outbox.ts";
import type { SignedInUser, User } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";
import type { Accounts } from "./accounts.ts";
import type { Links, LinkTemplates } from "./link-template.ts";

/** The actions that are counted before they cost a hash or a message. */
export type AccountAction = "register" | "forgot" | "link" | "password";

/** Counts attempts. */
export interface AccountThrottle {
  /**
   * Counts an attempt.
   *
   * @throws Problem 429 after too many attempts
   */
  count(
    action: AccountAction,
    about: { readonly connection: Connection; readonly key?: string },
  ): Promise<{ succeeded(): Promise<void> }>;
  /** Forgets the failed sign-ins with an address, because its account got another password from somebody who reads its mail. */
  passwordReplaced(username: string): Promise<void>;
}

/** The services for registering, confirming and resetting. */
export interface AccountServices {
  readonly settings: Settings;
  readonly throttle: AccountThrottle;
  readonly outbox: Outbox;
  readonly links: Links;
}

/** The parameter of `accountRoutes()`. */
export interface AccountRouteServices extends Omit<AccountServices, "links"> {
  readonly accounts: Accounts;
  /** Who may administer the account. */
  readonly holder: SignedInUser;
  /** Replaces the secret of the browser session that the request came with (S-03). Returns nothing if it came with a token. */
  readonly rotateSession: (user: User) => Promise<Cookie | undefined>;
  /** The pages that the links in messages open. Default: pages of the issuer. */
  readonly links?: LinkTemplates | undefined;
}

/** Returns the values that every message contains. */
export function messageContext({ issuer, lifetimes }: Settings): MessageContext {
  return { service: new URL(issuer).host, linkSeconds: lifetimes.linkSeconds };
}

/** The services that the account routes use. */
import type { Connection, Cookie } from "lockstep";
import type { MessageContext } from "../mail/message.ts";
import type { Outbox } from "../mail/outbox.ts";
import type { SignedInUser, User } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";
import type { Accounts } from "./accounts.ts";
import type { Links, LinkTemplates } from "./link-template.ts";

/** Counts attempts. Each method throws Problem 429 after too many. */
export interface AccountThrottle {
  /** Counts an action that costs a message. */
  count(action: "register" | "forgot", about: CountedAccount): Promise<void>;
  /** Counts a link that is not valid. */
  failed(action: "link", connection: Connection): Promise<void>;
  /** Makes an attempt with a password beside a session or a link. It is counted as a failure if `work` throws. */
  password<T>(about: CountedAccount, work: () => Promise<T>): Promise<T>;
  /** Forgets the failed sign-ins with an address, because its account got another password from somebody who reads its mail. */
  passwordReplaced(username: string): Promise<void>;
}

/** What an attempt is about: an address, or the id of an account. */
export interface CountedAccount {
  readonly connection: Connection;
  readonly key: string;
}

/** The services for registering, confirming and resetting. */
export interface AccountServices {
  readonly settings: Settings;
  readonly throttle: AccountThrottle;
  readonly outbox: Outbox;
  readonly links: Links;
}

/** The parameter of `ownAccountRoutes()`. */
export interface OwnAccountServices extends Pick<AccountServices, "settings" | "throttle"> {
  readonly accounts: Accounts;
  /** Who may administer the account. */
  readonly holder: SignedInUser;
  /** Who may close it, with a recent sign-in. Default: the holder, whose sign-in or password the routes check. */
  readonly recentHolder?: SignedInUser;
}

/** The parameter of `accountRoutes()`. */
export interface AccountRouteServices extends OwnAccountServices, Pick<AccountServices, "outbox"> {
  /** Replaces the secret of the browser session that the request came with (S-03). Returns nothing if it came with a token. */
  readonly rotateSession: (user: User) => Promise<Cookie | undefined>;
  /** The pages that the links in messages open. Default: pages of the issuer. */
  readonly links?: LinkTemplates | undefined;
}

/** Returns the values that every message contains. */
export function messageContext({ issuer, lifetimes }: Settings): MessageContext {
  return { service: new URL(issuer).host, linkSeconds: lifetimes.linkSeconds };
}

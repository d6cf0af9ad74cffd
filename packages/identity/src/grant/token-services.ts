/** What the endpoints of `/auth` for tokens work with. */
import type { ClientCounter } from "../client/client-authentication.ts";
import type { Clients } from "../client/clients.ts";
import type { AccessTokens } from "../issuer/access-tokens.ts";
import type { SignInThrottle } from "../password/sign-in.ts";
import type { Sessions } from "../session/sessions.ts";
import type { Settings } from "../settings.ts";

/** The rooms that the grants ask. */
export interface TokenServices {
  readonly settings: Settings;
  readonly tokens: Pick<AccessTokens, "issue" | "verify" | "verifyFresh">;
  readonly sessions: Pick<Sessions, "start">;
  readonly clients: Pick<Clients, "find" | "findRecord">;
  readonly throttle: SignInThrottle & ClientCounter;
}

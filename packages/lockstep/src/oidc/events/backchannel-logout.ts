/** `POST /auth/backchannel-logout`: the provider says that somebody has signed out (OpenID Connect Back-Channel Logout 1.0). */
import type { Dependency } from "../../dependency/dependency.ts";
import { maxCredentialBytes } from "../../dependency/scheme-definition.ts";
import { form } from "../../input/form.ts";
import { nothing } from "../../input/nothing.ts";
import { reply, type Reply } from "../../outcome/reply.ts";
import { oauthError } from "../../problem/oauth-error.ts";
import { checkOptions, type KnownOptions } from "../../problem/options.ts";
import { post, type Route } from "../../route/route.ts";
import type { Schema } from "../../schema/schema.ts";
import { Redacted } from "../../secret/redacted.ts";
import type { ExpectedType } from "../../token/token-type.ts";
import { type EventIssuerOptions, eventIssuerOptions, openEventIssuer } from "./event-issuer.ts";
import { byIssuer, eventReceiver, type EventReceiverOptions, eventReceiverOptions } from "./event-receiver.ts";
import { readLogout } from "./logout-token.ts";

/** An issuer whose logout tokens are accepted. Its `audience` is the id of the client that users sign in with. */
export type LogoutIssuerOptions = EventIssuerOptions & {
  /**
   * The `typ` header. Default: `"logout+jwt"`. Older providers write `"JWT"` or none (`{ absent: true }`), as in their ID tokens;
   * then the claims alone tell the two apart.
   */
  readonly typ?: ExpectedType;
  /** `"optional"` for older providers, whose tokens then count for `maxTokenAgeSeconds`. Default: `"required"` (§2.4). */
  readonly exp?: "required" | "optional";
  /** How long ago a token may have been issued. Seconds; default 300. */
  readonly maxTokenAgeSeconds?: number;
};

/** What `backchannelLogout()` is told. */
export interface BackchannelLogoutOptions extends EventReceiverOptions {
  readonly issuers: readonly [LogoutIssuerOptions, ...LogoutIssuerOptions[]];
  /** Default: `/auth/backchannel-logout`. */
  readonly path?: string;
}

const issuerOptions: KnownOptions<LogoutIssuerOptions> = { ...eventIssuerOptions, typ: true, exp: true, maxTokenAgeSeconds: true };
const known: KnownOptions<BackchannelLogoutOptions> = { ...eventReceiverOptions, issuers: true, path: true };
const where = "backchannelLogout()";
const uncached = { "cache-control": "no-store" } as const;
/** The form may have further fields (§2.5). */
const formBytes = 4096;

/**
 * Makes the route that providers send logout tokens to. It verifies a token by all rules of §2.6 and hands the event to the sink:
 * the session of `sid`, the person of `sub`, or both. Access tokens of many providers carry no `sid`, so if the token names the
 * person, everything that was issued to them until then is among the targets.
 *
 * The answer is **200** when the sink has resolved, **400** `invalid_request` for a token that is wrong or came before, and
 * **503** with `Retry-After` if the issuer's keys cannot be had or the sink failed. None may be stored by a cache (§2.8).
 *
 * The route is public: the signed token is in the body, and the standard wants 400 where `authenticate()` would answer 401.
 *
 * @throws BuildError `wrong_option`
 * @example
 * ```ts
 * const logout = backchannelLogout({
 *   issuers: [{ issuer: "https://login.example.com", audience: "notes-web", algorithms: ["RS256"] }],
 *   sink: handledOnce(memoryReplays(), endSessions),
 * });
 * ```
 */
export function backchannelLogout(options: BackchannelLogoutOptions): Route {
  checkOptions<BackchannelLogoutOptions>(where, options, known);
  const { issuers, path = "/auth/backchannel-logout", clock = Date.now } = options;
  const opened = (Array.isArray(issuers) ? issuers : []).map((each: LogoutIssuerOptions) => {
    checkOptions<LogoutIssuerOptions>(`${where}, issuers`, each, issuerOptions);
    const { typ = "logout+jwt", exp = "required", maxTokenAgeSeconds = 300 } = each;
    return openEventIssuer(where, each, { typ, exp, maxTokenAgeSeconds }, clock);
  });
  const receiver = eventReceiver({ where, via: "backchannel-logout", issuers: byIssuer(where, opened), read: readLogout }, options);
  return post(
    // The path is one of the options, so it has no parameters that the compiler knows.
    path as "/",
    {
      public: "the provider's signed token is in the form, and the endpoint verifies it",
      summary: "End a session that ended at the provider",
      description: "OpenID Connect Back-Channel Logout 1.0.",
      tags: ["Provider events"],
      errors: "oauth",
      maxBodyBytes: Math.max(...opened.map(({ envelope }) => envelope.maxBytes), maxCredentialBytes) + formBytes,
      responses: { 200: null },
      problems: { 400: "The logout token is refused.", 503: "The event could not be handled now: send it again." },
      deps: { token: logoutForm() },
    },
    async ({ token }): Promise<Reply<undefined, 200>> => {
      const received = await receiver.receive(token.reveal());
      if (received.kind === "handled") return reply(200, undefined, { headers: uncached });
      throw oauthError(
        "invalid_request",
        received.kind === "replayed" ? "The logout token came before." : "The logout token is refused.",
        {
          headers: uncached,
        },
      );
    },
  );
}

const jsonSchema = {
  type: "object",
  properties: { logout_token: { type: "string", format: "password" } },
  required: ["logout_token"],
  // §2.5: other values are ignored.
  additionalProperties: true,
} as const;

interface Issue {
  readonly message: string;
  readonly path: readonly string[];
}

const fields: Schema<{ readonly logout_token: string }, Redacted<string>> = {
  "~standard": {
    version: 1,
    vendor: "lockstep",
    validate: (value: unknown): { readonly value: Redacted<string> } | { readonly issues: readonly Issue[] } => {
      const token = typeof value === "object" && value !== null && "logout_token" in value ? value.logout_token : undefined;
      if (typeof token === "string" && token !== "") return { value: new Redacted(token) };
      return { issues: [{ message: "required", path: ["logout_token"] }] };
    },
    jsonSchema: { input: () => structuredClone(jsonSchema), output: () => structuredClone(jsonSchema) },
  },
};

function logoutForm(): Dependency<Redacted<string>, "input"> {
  return form(fields, { identifies: nothing("signed by the provider") });
}

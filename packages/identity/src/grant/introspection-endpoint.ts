/**
 * `POST /auth/introspect` (RFC 7662): tells a client whether a token is active, and its claims. The answer for every other token
 * is `{"active":false}`, whatever the reason (§2.2).
 */
import { anyOf, InvalidCredential, post, type Redacted, reply, type Reply, type Route } from "lockstep";
import { z } from "zod";
import type { Client } from "../client/client.ts";
import { clientBasic, clientToken } from "../client/client-dependency.ts";
import { subjectTypeOf } from "../principal/principal.ts";
import { isSecretFormat } from "../secret/opaque-token.ts";
import { clientIdOf, type TokenServices } from "./grant.ts";
import { maxFormBytes, uncached } from "./oauth-form.ts";
import { findRefreshToken } from "./refresh-token-store.ts";
import { tokenForm } from "./token-form.ts";

const Introspection = z
  .object({
    active: z.boolean(),
    iss: z.string().optional(),
    sub: z.string().optional(),
    sub_type: z.enum(["user", "client"]).optional().describe("Whether `sub` is the id of an account or of a client."),
    aud: z.string().optional(),
    client_id: z.string().optional(),
    scope: z.string().optional(),
    exp: z.int().optional().describe("Seconds since 1970."),
    iat: z.int().optional().describe("Seconds since 1970."),
    jti: z.string().optional(),
    sid: z.string().optional().describe("The session that the token belongs to."),
    token_type: z.literal("Bearer").optional(),
  })
  .meta({ id: "Introspection" });

/** The answer about a token. */
type Introspection = z.infer<typeof Introspection>;

const inactive: Introspection = { active: false };

/**
 * Creates the introspection endpoint. Clients that may introspect (`Client.introspects`) can ask about every access token of the
 * API, other clients only about their own. Only a refresh token's own client can ask about it: an API that receives a refresh
 * token must not mistake it for an access token.
 */
export function introspectionEndpoint(services: TokenServices): Route {
  return post(
    "/auth/introspect",
    {
      summary: "Introspect a token",
      tags: ["OAuth"],
      errors: "oauth",
      maxBodyBytes: maxFormBytes,
      response: Introspection,
      deps: { caller: anyOf({ basic: clientBasic(services), token: clientToken(services) }), form: tokenForm },
    },
    async ({ caller, form }): Promise<Reply<Introspection, 200>> => {
      // The hint only says where to look first (§2.1). The form of a token shows its kind.
      const introspect = isSecretFormat(form.token.reveal()) ? refreshToken : accessToken;
      return reply(200, await introspect(form.token, caller.value, services), { headers: uncached });
    },
  );
}

async function accessToken(token: Redacted<string>, client: Client, { tokens }: TokenServices): Promise<Introspection> {
  try {
    // Ask the database, because introspection is about this moment.
    const claims = await tokens.verifyFresh(token);
    const { sub, aud, exp, iat, iss, jti, sid, scope, client_id } = claims;
    if (!client.introspects && client_id !== client.id) return inactive;
    const audience = typeof aud === "string" ? aud : aud.join(" ");
    const about = { iss, sub, sub_type: subjectTypeOf(claims), aud: audience, exp, iat, jti, sid, scope, client_id };
    return { active: true, ...about, token_type: "Bearer" };
  } catch (error) {
    if (error instanceof InvalidCredential) return inactive;
    throw error;
  }
}

async function refreshToken(token: Redacted<string>, client: Client, { settings }: TokenServices): Promise<Introspection> {
  const found = await settings.database.run(findRefreshToken(token));
  if (found === undefined || found.clientId !== client.id) return inactive;
  const now = settings.clock();
  const isOver = found.expiresAt <= now || found.sessionExpiresAt <= now || found.sessionEndedAt !== undefined;
  if (found.spentAt !== undefined || isOver || found.account.disabledAt !== undefined) return inactive;
  const [exp, iat] = [found.expiresAt, found.createdAt].map((time) => Math.floor(time / 1000));
  const subject = { sub: found.account.id, sub_type: "user" } as const;
  const about = { iss: settings.issuer, ...subject, client_id: clientIdOf(client), sid: found.sessionId };
  return { active: true, ...about, scope: found.scope, exp, iat };
}

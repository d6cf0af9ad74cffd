/** `POST /auth/token`: the token endpoint of OAuth 2.0 (RFC 6749 §3.2). Each grant has its own file. */
import { cookie, oauthError, optional, post, reply, type Reply, type Route } from "lockstep";
import { z } from "zod";
import { authenticateClient } from "../client/client-authentication.ts";
import { clientBasicScheme } from "../client/client-dependency.ts";
import type { Settings } from "../settings.ts";
import { clientConnection } from "../throttle/client-connection.ts";
import { deviceCookieName } from "../throttle/device-cookie.ts";
import { clientCredentialsGrant } from "./client-credentials-grant.ts";
import type { Grant, TokenAnswer, TokenServices } from "./grant.ts";
import { maxFormBytes, uncached } from "./oauth-form.ts";
import { passwordGrant } from "./password-grant.ts";
import { refreshTokenGrant } from "./refresh-token-grant.ts";
import { tokenRequestForm } from "./token-request.ts";

const Token = z
  .object({
    access_token: z.string(),
    token_type: z.literal("bearer"),
    expires_in: z.int().describe("Seconds."),
    refresh_token: z.string().optional().describe("Can be used once: the answer to it contains the next one."),
    scope: z.string(),
  })
  .meta({ id: "Token" });

/** Creates the token endpoint. */
export function tokenEndpoint(services: TokenServices): Route {
  const { settings } = services;
  return post(
    "/auth/token",
    {
      public: "programs get their tokens here: the credential is in the form",
      summary: "Get a token",
      tags: ["OAuth"],
      errors: "oauth",
      maxBodyBytes: maxFormBytes,
      response: Token,
      problems: {
        400: "The request or the grant is refused (RFC 6749 §5.2).",
        401: "The client is not authenticated.",
        429: "Too many attempts.",
      },
      deps: {
        basic: optional(clientBasicScheme),
        connection: clientConnection(settings),
        device: cookie(deviceCookieName(settings), z.string().optional()),
        form: tokenRequestForm,
      },
    },
    async ({ basic, connection, device, form }): Promise<Reply<TokenAnswer, 200>> => {
      const grant = grantOf(form.grantType, settings);
      const client = await authenticateClient({ basic, ...form.client }, connection, services);
      checkResources(form.resources, settings);
      return reply(200, await grant({ form, client, connection, device }, services), { headers: uncached });
    },
  );
}

/** Finds the grant of a grant type. @throws OAuthError `unsupported_grant_type` */
function grantOf(type: string, { passwordGrant: isPasswordAllowed }: Settings): Grant {
  switch (type) {
    case "password":
      if (isPasswordAllowed) return passwordGrant;
      break;
    case "refresh_token":
      return refreshTokenGrant;
    case "client_credentials":
      return clientCredentialsGrant;
  }
  throw oauthError("unsupported_grant_type", "The grant type is not supported here.");
}

/**
 * Checks the resources that a request names. Every token is for one API, so a request that names another one is refused (RFC 8707
 * §2).
 *
 * @throws OAuthError `invalid_target`
 */
function checkResources(resources: readonly string[], { audience }: Settings): void {
  if (resources.some((resource) => resource !== audience)) {
    throw oauthError("invalid_target", "This server issues no tokens for the resource.");
  }
}

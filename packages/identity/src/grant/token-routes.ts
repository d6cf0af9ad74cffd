/** The endpoints of OAuth 2.0 for tokens: to get them, to end them, to ask about them. */
import type { Route } from "lockstep";
import { introspectionEndpoint } from "./introspection-endpoint.ts";
import { revocationEndpoint } from "./revocation-endpoint.ts";
import { tokenEndpoint } from "./token-endpoint.ts";
import type { TokenServices } from "./token-services.ts";

/** The routes `POST /auth/token`, `POST /auth/revoke` and `POST /auth/introspect`. */
export function tokenRoutes(services: TokenServices): readonly Route[] {
  return [tokenEndpoint(services), revocationEndpoint(services), introspectionEndpoint(services)];
}

/** Protected-resource metadata (RFC 9728): where a client finds out which authorization server to ask. */
import type { SchemeNode } from "../dependency/node.ts";
import { BuildError } from "../problem/error.ts";
import type { ApiOptions, ProtectedResource } from "./api-options.ts";
import type { CompiledRoute } from "./compiled-route.ts";
import { libraryGet, type Route } from "./route.ts";
import { unchecked } from "./unchecked.ts";

const wellKnown = "/.well-known/oauth-protected-resource";

/** Where the metadata is: the well-known path comes before the resource's own (RFC 9728 §3.1). */
export function metadataUrl(resource: ProtectedResource): string {
  const { origin, pathname } = resourceUrl(resource);
  return `${origin}${wellKnown}${pathname === "/" ? "" : pathname}`;
}

/**
 * The route that serves the metadata; none if the API declares no resource. It is public: clients read it before they have a
 * token.
 */
export function metadataRoutes(options: ApiOptions, routes: readonly CompiledRoute[]): Route[] {
  const { resource } = options;
  if (resource === undefined) return [];
  const path = new URL(metadataUrl(resource)).pathname;
  const schemes = [...new Set(routes.flatMap(({ graph }) => graph.schemes))];
  const scopes = [...new Set(schemes.flatMap(({ scheme }) => Object.keys(scheme.scopes)))];
  const metadata = {
    resource: resource.url,
    authorization_servers: resource.authorizationServers,
    ...(scopes.length > 0 ? { scopes_supported: scopes } : {}),
    bearer_methods_supported: ["header"],
    ...boundTokens(schemes),
    resource_name: options.title,
  };
  const response = unchecked("the metadata is this API's own");
  return [libraryGet(path, { public: "clients find the authorization server here (RFC 9728)", response }, () => metadata)];
}

/** How tokens are bound to their sender (RFC 9728 §2). A client learns it before it asks for one. */
function boundTokens(schemes: readonly SchemeNode[]): Readonly<Record<string, unknown>> {
  const bearers = schemes.filter(({ scheme }) => scheme.place === "authorization bearer");
  const senders = bearers.map(({ scheme }) => scheme.sender);
  const algorithms = [...new Set(senders.flatMap((sender) => sender?.algorithms ?? []))];
  return {
    ...(senders.some((sender) => sender?.method === "mutual-tls") ? { tls_client_certificate_bound_access_tokens: true } : {}),
    ...(algorithms.length > 0 ? { dpop_signing_alg_values_supported: algorithms } : {}),
    ...(algorithms.length > 0 && senders.every((sender) => sender?.method === "dpop" && sender.required)
      ? { dpop_bound_access_tokens_required: true }
      : {}),
  };
}

/**
 * Checks that the verifiers accept the tokens that clients ask for: those with the resource as their audience (RFC 9728 §2,
 * RFC 8707 §2). Only what a verifier demands of the tokens of these authorization servers is known.
 *
 * @throws BuildError `wrong_option`
 */
export function checkAudiences({ resource }: ApiOptions, routes: readonly CompiledRoute[]): void {
  if (resource === undefined) return;
  const { url, audience = url, authorizationServers } = resource;
  if (typeof audience !== "string" || audience === "")
    throw new BuildError("wrong_option", "resource: set audience to the name of this API in `aud`, or leave it out");
  const verifying = routes.flatMap(({ nodes }) => nodes).flatMap((node) => (node.kind === "value" ? (node.audiences ?? []) : []));
  const other = verifying.find(({ issuer, names }) => authorizationServers.includes(issuer) && !names.includes(audience));
  if (other === undefined) return;
  throw new BuildError(
    "wrong_option",
    `resource: set audience to a name that the verifier of ${other.issuer} accepts, or its audience to "${audience}": clients ask for a token for that, and it accepts ${other.names.join(", ")}`,
  );
}

/** @throws BuildError `wrong_option` for an invalid resource identifier (RFC 9728 §1.2), or one without an issuer */
function resourceUrl({ url, authorizationServers }: ProtectedResource): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isLoopback = parsed?.hostname === "127.0.0.1" || parsed?.hostname === "localhost" || parsed?.hostname === "[::1]";
  const isAllowed = parsed?.protocol === "https:" || (parsed?.protocol === "http:" && isLoopback);
  if (
    parsed === undefined ||
    !isAllowed ||
    parsed.search !== "" ||
    parsed.hash !== "" ||
    (parsed.pathname !== "/" && parsed.pathname.endsWith("/"))
  ) {
    throw new BuildError(
      "wrong_option",
      `resource: write "${url}" as an https URL without query, fragment or trailing slash, for example https://api.example`,
    );
  }
  if (
    !Array.isArray(authorizationServers) ||
    !authorizationServers.every((issuer) => URL.canParse(issuer)) ||
    authorizationServers.length === 0
  ) {
    throw new BuildError("wrong_option", "resource: name at least one issuer in authorizationServers, by its URL");
  }
  return parsed;
}

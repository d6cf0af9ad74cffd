/**
 * Lockstep: access to an endpoint is a dependency of the endpoint. One declaration enforces the check, types what the
 * handler receives, and documents the endpoint.
 */
export { authenticate } from "./access/authenticate.ts";
export { authorize, type AuthorizeOptions } from "./access/authorize.ts";
export { allow, type Allowed } from "./outcome/allow.ts";
export { deny } from "./outcome/deny.ts";
export { identified, type Grants, type Identified } from "./outcome/identified.ts";
export { type ChecksOption } from "./access/object.ts";
export { owned, type OwnedOptions, type Ownership } from "./access/owned.ts";
export { permitted } from "./access/permitted.ts";
export { type Id, type Principal } from "./outcome/principal.ts";
export { roles, type Roles, type RolesOptions } from "./access/roles.ts";
export { sameSite, type SameSite } from "./access/same-site.ts";
export { anyScope, scopes } from "./access/scopes.ts";
export { unowned } from "./access/unowned.ts";
export { type AuditEvent, type AuditEventType, type AuditSink } from "./audit/event.ts";
export { type AuditRecord, consoleAudit, pinoAudit, type StructuredLogger } from "./audit/sink.ts";
export { anyOf, type Alternative } from "./dependency/any-of.ts";
export {
  type Advice,
  type Authenticated,
  type Authorized,
  type Dependency,
  type Deps,
  type ValueOf,
  type Values,
} from "./dependency/dependency.ts";
export { depends, type ValueOptions } from "./dependency/depends.ts";
export { type Fact } from "./dependency/fact.ts";
export { firstOf } from "./dependency/first-of.ts";
export { optional } from "./dependency/optional.ts";
export { type Override, type OverrideList, type Replacement } from "./dependency/override.ts";
export { resource } from "./dependency/resource.ts";
export { Refused, run, type RunContext } from "./dependency/run.ts";
export { type ClientCertificate, type HostRequest, type HostResponse } from "./host/host.ts";
export { body } from "./input/body.ts";
export { connection, type Connection } from "./input/connection.ts";
export { cookie } from "./input/cookie.ts";
export { form } from "./input/form.ts";
export { header } from "./input/header.ts";
export { type Identifies, type IdentifiesMembers } from "./input/identifies.ts";
export { type InputLimits } from "./input/limits.ts";
export { nothing, type Nothing } from "./input/nothing.ts";
export { passwordRequestForm } from "./input/password-request-form.ts";
export { path } from "./input/path.ts";
export { query } from "./input/query.ts";
export { rawBody } from "./input/raw-body.ts";
export { type AnySchema, type InputOf, type OutputOf, type Schema } from "./schema/schema.ts";
export { buildCodes, problemCodes, type BuildCode, type ErrorCode, type ProblemCode } from "./problem/code.ts";
export { BuildError, InvalidCredential, LockstepError, Unavailable } from "./problem/error.ts";
export { oauthError, OAuthError, type OAuthErrorCode } from "./problem/oauth-error.ts";
export { notFound, Problem, problem, type ProblemOptions } from "./problem/problem.ts";
export { createApi, type Api, type OverrideOptions, type ServedTemplate } from "./api/api.ts";
export { type ApiOptions, type ApiServerAddress, type DocsOptions, type ProtectedResource } from "./route/api-options.ts";
export { group, type Group, type GroupSpec } from "./route/group.ts";
export { media } from "./route/media.ts";
export { reply, Reply, type ReplyOptions } from "./outcome/reply.ts";
export { del, get, type Method, patch, post, put, type Route, type RouteSpec } from "./route/route.ts";
export { type Cookie } from "./outcome/set-cookie.ts";
export { type Anything, unchecked } from "./route/unchecked.ts";
export { stream, StreamReply, type StreamOptions } from "./outcome/stream.ts";
export { apiKeyCookie } from "./scheme/api-key-cookie.ts";
export { apiKeyHeader } from "./scheme/api-key-header.ts";
export { apiKeyQuery } from "./scheme/api-key-query.ts";
export { type ApiKeyOptions } from "./scheme/api-key.ts";
export { httpBasic, type BasicCredentials } from "./scheme/http-basic.ts";
export { httpBearer } from "./scheme/http-bearer.ts";
export { mutualTls } from "./scheme/mutual-tls.ts";
export { oauth2AuthorizationCode } from "./scheme/oauth2-authorization-code.ts";
export { oauth2ClientCredentials } from "./scheme/oauth2-client-credentials.ts";
export { oauth2PasswordBearer } from "./scheme/oauth2-password-bearer.ts";
export { openIdConnect } from "./scheme/open-id-connect.ts";
export { signedHeader } from "./scheme/signed-header.ts";
export { type Scheme } from "./scheme/scheme.ts";
export { Redacted, secret, type Secret } from "./secret/redacted.ts";
export { sameSecret } from "./secret/same-secret.ts";

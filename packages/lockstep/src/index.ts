/**
 * Lockstep: access to an endpoint is a dependency of the endpoint. One declaration enforces the check, types what the
 * handler receives, and documents the endpoint.
 */

// The API and its routes.
export { createApi, type Api, type OverrideOptions, type ServedTemplate } from "./api/api.ts";
export { type CloseOptions } from "./api/life.ts";
export {
  type ApiOptions,
  type ApiServerAddress,
  type DocsOptions,
  type DocsPageOptions,
  type ProtectedResource,
  type StrictTransport,
} from "./route/api-options.ts";
export { type RouteCallback, type WebhookDescription } from "./route/webhook-description.ts";
export { type CorsOptions } from "./route/cors-options.ts";
export {
  type ErrorClass,
  type ThrownOf,
  type Translated,
  type Translation,
  type TranslationList,
} from "./route/error-translation.ts";
export { del, get, patch, post, put } from "./route/route.ts";
export { type HttpMethod, type Method, type Route, type RouteDocumentation, type RouteSpec } from "./route/route.ts";
export { websocket, type WebSocketMethod, type WebSocketSpec } from "./route/websocket.ts";
export { messages, type Messages, type MessagesOptions } from "./route/messages.ts";
export { group, type Group, type GroupSpec } from "./route/group.ts";

// Verbs: who is calling, what they may do, and which objects are theirs.
export { authenticate } from "./access/authenticate.ts";
export { identified, type Grants, type Identified } from "./outcome/identified.ts";
export { authorize, type AuthorizeOptions } from "./access/authorize.ts";
export { allow, type Allowed } from "./outcome/allow.ts";
export { roles, type Roles, type RolesOptions } from "./access/roles.ts";
export { anyScope, scopes } from "./access/scopes.ts";
export { grantedScopes } from "./access/granted-scopes.ts";
export { stepUp, type StepUpOptions } from "./access/step-up.ts";
export { type StepUpNeed } from "./outcome/step-up.ts";
export { onlyScoped } from "./access/only-scoped.ts";
export { owned, type OwnedOptions, type Ownership } from "./access/owned.ts";
export { permitted } from "./access/permitted.ts";
export { unowned } from "./access/unowned.ts";
export { type ChecksOption } from "./access/object.ts";
export { sameSite, type SameSite, type SameSiteOptions } from "./access/same-site.ts";

// Values that a request needs, and how dependencies are combined.
export { depends, type DependsOptions } from "./dependency/depends.ts";
export { resource } from "./dependency/resource.ts";
export { anyOf, type Alternative } from "./dependency/any-of.ts";
export { firstOf } from "./dependency/first-of.ts";
export { optional } from "./dependency/optional.ts";
export { Refused, run, type RunContext } from "./dependency/run.ts";

// Inputs.
export { path } from "./input/path.ts";
export { query } from "./input/query.ts";
export { header } from "./input/header.ts";
export { cookie } from "./input/cookie.ts";
export { type ParameterOptions } from "./input/parameter.ts";
export { body } from "./input/body.ts";
export { form } from "./input/form.ts";
export { type MemberOptions } from "./input/member-body.ts";
export { passwordRequestForm, type PasswordRequest } from "./input/password-request-form.ts";
export { rawBody, type RawBodyOptions } from "./input/raw-body.ts";
export { bodyStream, type BodyStreamOptions } from "./input/body-stream.ts";
export { afterAnswer, type AfterAnswer } from "./input/after-answer.ts";
export { lastEventId } from "./input/last-event-id.ts";
export { connection, type Connection, type ConnectionOptions } from "./input/connection.ts";
export { responseHeaders, type HeaderDescription, type HeaderDescriptions } from "./input/response-headers.ts";
export { type HeaderValue, type HeaderValues, type ResponseHeaders } from "./input/response-headers.ts";
export { responseCookie, type ResponseCookie, type ResponseCookieOptions } from "./input/response-cookie.ts";
export { type Identifies, type IdentifiesMembers } from "./input/identifies.ts";
export { nothing, type Nothing } from "./input/nothing.ts";
export { type InputLimits } from "./input/limits.ts";

// Security schemes. `lockstep/scheme` is for writing others.
export { httpBearer, type HttpBearerOptions } from "./scheme/http-bearer.ts";
export { httpBasic, type BasicCredentials, type HttpBasicOptions } from "./scheme/http-basic.ts";
export { apiKeyHeader } from "./scheme/api-key-header.ts";
export { apiKeyCookie } from "./scheme/api-key-cookie.ts";
export { apiKeyQuery, type ApiKeyQueryOptions } from "./scheme/api-key-query.ts";
export { type ApiKeyOptions } from "./scheme/api-key.ts";
export { oauth2PasswordBearer, type OAuth2PasswordBearerOptions } from "./scheme/oauth2-password-bearer.ts";
export { oauth2AuthorizationCode, type OAuth2AuthorizationCodeOptions } from "./scheme/oauth2-authorization-code.ts";
export { oauth2ClientCredentials, type OAuth2ClientCredentialsOptions } from "./scheme/oauth2-client-credentials.ts";
export { type DocsClient } from "./scheme/docs-client.ts";
export { openIdConnect, type OpenIdConnectOptions } from "./scheme/open-id-connect.ts";
export { type ClientCertificate } from "./host/host.ts";
export { mutualTls } from "./scheme/mutual-tls.ts";
export { signedHeader } from "./scheme/signed-header.ts";
export { type Scheme } from "./scheme/scheme.ts";

// Results and problems.
export { type AnswerHeaders } from "./problem/answer-headers.ts";
export { reply, type Reply, type ReplyOptions } from "./outcome/reply.ts";
export { redirect, type Redirect, type RedirectOptions, type RedirectStatus } from "./outcome/redirect.ts";
export { type Cookie } from "./outcome/set-cookie.ts";
export { stream, type StreamOptions, type StreamReply } from "./outcome/stream.ts";
export { html, text, type TextResult } from "./route/text.ts";
export { csv, type CsvCell, type CsvColumn, type CsvResult } from "./route/csv.ts";
export { eventStream, type EventStreamOptions, type EventStreamResult, type ServerSentEvent } from "./route/event-stream.ts";
export { json } from "./route/json.ts";
export { file, type FileBody, type FileDetails, type FileInMemory, type FileInPieces } from "./route/file.ts";
export { type FilePieces, type FileResult, type TypedFileResult } from "./route/file.ts";
export { type ByteRange } from "./http/byte-range.ts";
export { type Disposition } from "./http/content-disposition.ts";
export { type Anything, unchecked } from "./route/unchecked.ts";
export { deny } from "./outcome/deny.ts";
export { notFound, Problem, problem, type ProblemOptions } from "./problem/problem.ts";
export { oauthError, OAuthError, type OAuthErrorCode, type OAuthErrorOptions } from "./problem/oauth-error.ts";
export { type DeclaredCodes, type DeclaredProblems } from "./problem/declared-problems.ts";
export { BuildError, InvalidCredential, LockstepError, Unavailable } from "./problem/error.ts";
export { type BuildCode, type ErrorCode, type ProblemCode } from "./problem/code.ts";
export { type AnswerEvent, type AnswerListener, type ErrorListener, type ErrorOrigin } from "./route/serving.ts";
export { type BrokenOff } from "./route/request-life.ts";
export { type Observation, type ObservedRequest, type Observer } from "./route/observer.ts";

// Audit.
export { type AuditContext, type AuditEvent, type AuditEventType, type AuditOrigin, type AuditSink } from "./audit/event.ts";
export { consoleAudit, pinoAudit, type AuditRecord, type StructuredLogger } from "./audit/sink.ts";

// Secrets.
export { Redacted, secret, type Secret } from "./secret/redacted.ts";
export { sameSecret } from "./secret/same-secret.ts";

// Types for functions that take or return dependencies.
export { type AnyDependency, type Dependency, type Deps, type ValueOf, type Values } from "./dependency/dependency.ts";
export { type Advice, type Authenticated, type Authorized, type Scoped } from "./dependency/dependency.ts";
export { type Fact } from "./dependency/fact.ts";
export { type Lifetime } from "./dependency/node.ts";
export { type Override, type OverrideList, type Replacement } from "./dependency/override.ts";
export { type Id, type Principal } from "./outcome/principal.ts";
export { type AnySchema, type InputOf, type OutputOf, type Schema } from "./schema/schema.ts";

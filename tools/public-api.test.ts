import assert from "node:assert/strict";
import { test } from "node:test";
import { type Exports, publicApi } from "./public-api.ts";

const { subpaths, unexported } = publicApi();

/** The exports of each subpath. If you add or remove a name here, every program that uses the package is affected. */
const expected: Readonly<Record<string, { readonly values: string; readonly types: string }>> = {
  lockstep: {
    values: `
      createApi get post put patch del websocket messages group
      authenticate identified authorize allow roles scopes anyScope grantedScopes stepUp onlyScoped owned permitted unowned sameSite
      depends resource anyOf firstOf optional run Refused
      path query header cookie body form passwordRequestForm rawBody bodyStream connection lastEventId nothing afterAnswer
      responseHeaders responseCookie
      httpBearer httpBasic apiKeyHeader apiKeyCookie apiKeyQuery
      oauth2PasswordBearer oauth2AuthorizationCode oauth2ClientCredentials openIdConnect mutualTls signedHeader
      reply redirect stream text html csv json file eventStream unchecked deny notFound problem Problem oauthError OAuthError
      BuildError InvalidCredential LockstepError Unavailable
      consoleAudit pinoAudit
      Redacted secret sameSecret`,
    types: `
      ErrorClass ThrownOf Translated Translation TranslationList
      Api ApiOptions ApiServerAddress CloseOptions DocsOptions DocsPageOptions OverrideOptions ProtectedResource StrictTransport ServedTemplate
      HttpMethod Method Route RouteCallback WebhookDescription RouteDocumentation RouteSpec Group GroupSpec
      WebSocketMethod WebSocketSpec Messages MessagesOptions
      Grants Identified AuthorizeOptions Allowed Roles RolesOptions StepUpNeed StepUpOptions OwnedOptions Ownership ChecksOption SameSite SameSiteOptions
      DependsOptions Alternative RunContext
      ParameterOptions MemberOptions PasswordRequest RawBodyOptions BodyStreamOptions AfterAnswer Connection ConnectionOptions Identifies IdentifiesMembers Nothing InputLimits
      HeaderDescription HeaderDescriptions HeaderValue HeaderValues ResponseHeaders ResponseCookie ResponseCookieOptions
      HttpBearerOptions HttpBasicOptions BasicCredentials ApiKeyOptions ApiKeyQueryOptions ClientCertificate Scheme
      OAuth2PasswordBearerOptions OAuth2AuthorizationCodeOptions OAuth2ClientCredentialsOptions OpenIdConnectOptions
      DocsClient
      AnswerHeaders Reply ReplyOptions Redirect RedirectOptions RedirectStatus CsvCell CsvColumn CsvResult EventStreamOptions EventStreamResult ServerSentEvent TextResult FileResult TypedFileResult FileBody FileDetails FileInMemory FileInPieces FilePieces ByteRange Disposition Cookie StreamReply StreamOptions Anything
      ProblemOptions OAuthErrorCode OAuthErrorOptions DeclaredCodes DeclaredProblems BuildCode ProblemCode ErrorCode CorsOptions ErrorListener ErrorOrigin AnswerEvent AnswerListener BrokenOff
      Observation ObservedRequest Observer
      AuditContext AuditEvent AuditEventType AuditOrigin AuditRecord AuditSink StructuredLogger
      Secret
      AnyDependency Dependency Deps ValueOf Values Advice Authenticated Authorized Scoped Fact Lifetime
      Override OverrideList Replacement Id Principal AnySchema Schema InputOf OutputOf`,
  },
  "lockstep/jwt": {
    values: `
      jwtVerifier parseScope jwks remoteJwks liveJwks hmacSecret
      dpop memoryProofReplays postgresProofReplays redisProofReplays mutualTlsBound
      jwtIssuer signingKey generateSigningKey publicJwks`,
    types: `
      JwtVerifier JwtVerifierOptions TokenOptions InteropOptions JwtInteropOptions VerifierKeys ExpectedType Absent Claims ClaimsOf
      ExpectedAudience ExtraAudiences AuthorizedParties RequiredClaims ScopeClaim SubjectClaim WithoutIssuer IgnoredHeader
      JwksOptions PemKey KeyUse
      RemoteJwksOptions RemoteKeyTimes OutboundOptions OutboundHeaders Discovery LiveJwks LiveJwksOptions ProblemListener
      HmacSecret HmacSecretOptions SecretBytes PublicKeys Jwk Jwks Algorithm PublicKeyAlgorithm SecretKeyAlgorithm
      DpopOptions DpopNonceOptions MutualTlsBoundOptions SenderConstraint ProofReplays ProofPool ProofRedis
      MemoryProofReplaysOptions PostgresProofReplaysOptions RedisProofReplaysOptions
      JwtIssuer JwtIssuerOptions IssuedClaims SigningKey PrivateJwk`,
  },
  "lockstep/openapi": {
    values: "",
    types: `
      OpenApiDocument Info Server PathItem Operation Callback WebhookItem WebhookOperation Components
      Parameter Header RequestBody Response MediaType Encoding JsonSchema JsonSchemaObject
      SecurityRequirement SecurityScheme StepUpDemand Extensible Reference`,
  },
  "lockstep/fastify": { values: "fastifyServer lockstep", types: "FastifyServerOptions FastifyOptions" },
  "lockstep/fetch": { values: "serveFetch", types: "FetchFunction FetchOptions" },
  "lockstep/rate-limit": {
    values: "rateLimit memoryStore postgresStore redisStore",
    types: `
      RateLimited RateLimitOptions RateLimitState RateLimitWindow ByCredential ByKey ByPrincipal CountedBy
      MemoryStoreOptions PostgresPool PostgresStoreOptions RedisClient RedisStoreOptions
      RateLimitStore LimitCounter Counted CountedLimit`,
  },
  "lockstep/opentelemetry": { values: "openTelemetry", types: "OpenTelemetryOptions" },
  "lockstep/oidc": {
    values: `
      oidc issuers oidcBearer clientCredentials tokenExchange TokenRefused
      backchannelLogout securityEvents pollSecurityEvents handledOnce
      identityProvider identityProviderFrom
      claims claimsMap byIssuer readyMap
      rfc9068 keycloak entra auth0 cognito okta google cloudflareAccess supabase firebase clerk zitadel sap
      duende fusionauth hydra workos stytch githubActions kubernetes spiffe`,
    types: `
      OidcOptions SignedOptions OpaqueOptions TenantOptions JwtOptions KeysPlace DocsPlace IssuerAccess IssuerDocs OidcBearerOptions
      IntrospectionOptions AskingOptions ClientOptions ClientAuthentication SecretClient KeyClient CertificateClient ClientCertificate
      ClientCredentials TokenExchange TokenExchangeOptions SubjectTokenOptions TokenSourceOptions TokenRequestOptions
      BackchannelLogoutOptions LogoutIssuerOptions EventIssuerOptions EventReceiverOptions EventReplays
      SecurityEventsOptions TransmitterOptions PollSecurityEventsOptions EventPolling
      ProviderEvent ProviderEventSink ProviderEventTarget ProviderEventType EventErrorCode EventIgnored EventOutcome EventRefusal
      EventRefusalListener
      IdentityProvider IdentityProviderOptions ProviderEventSources Environment
      Caller CallerKind Callers ClaimsIssuer ClaimsMap ClaimsOptions MappedCaller ClaimsRecord ClaimPath ReadyMapName ReadyMaps
      ClaimsMapOptions ClaimConstant ClaimRule GrantedScopes KindRule RoleSource ScopeSource SubjectSource
      Rfc9068Options KeycloakOptions EntraOptions Auth0Options CognitoOptions OktaOptions GoogleOptions CloudflareAccessOptions
      SupabaseOptions FirebaseOptions ClerkOptions ZitadelOptions SapOptions DuendeOptions FusionAuthOptions HydraOptions
      WorkOsOptions StytchOptions
      WorkloadGrants GitHubActionsOptions GitHubJob GitHubRule KubernetesOptions KubernetesRule SpiffeOptions SpiffeRule`,
  },
  "lockstep/scheme": {
    values: `
      scheme findCredential findParameters findHeader maxCredentialBytes malformedCredential repeatedCredential buildChallenge`,
    types: `
      Scheme SchemeDefinition CredentialPlace Ambient CredentialSource Extraction Refusal ChallengeDetails
      SchemeOptions ScopedOptions`,
  },
  "lockstep/multipart": {
    values: "multipart",
    types: "MultipartOptions NoFields Upload UploadedFile FileRule",
  },
  "lockstep/websocket": { values: "isWebSocketHandshake listenForHandshakes openWebSocket", types: "Handshake" },
  "lockstep/webhook": {
    values: "standardWebhooks stripeWebhook githubWebhook webhookSignature memoryReplays outgoingWebhook sendWebhook signWebhook",
    types: `
      StandardWebhooksOptions TimedWebhookOptions WebhookOptions WebhookDefinition SentSignature ReadSignature SignedContent
      Webhook WebhookEvent WebhookSecret WebhookHash SecretsSource FactsOfSource
      WebhookReplays ReplaysSource MemoryReplaysOptions SendWebhookOptions SignedWebhook SignWebhookOptions
      OutgoingWebhook OutgoingWebhookOptions SendEventOptions`,
  },
  "lockstep/host": {
    values: "dispatcherOf answerToError malformedPath isBodiless Pieces discard watchUnawaited networksOf unknownNetwork",
    types:
      "HostKnowledge HostedApi HostedRoute HostExchange HostMatch HostRequest HostResponse HostSocket HostUpgrade SocketListener ClientCertificate Unmatched Answer Networks",
  },
  "lockstep/testing": { values: "hostSuite", types: "ServedApi HostSuiteOptions" },
};

/** Types that a public declaration mentions and that no other program needs, with the reason. */
const explained: readonly { readonly types: string; readonly because: string }[] = [
  {
    types: "Node Phantom Giving KnownOfCaller RouteDefinition",
    because: "the inside of a dependency and of a route (`~dep`, `~route`)",
  },
  { types: "Protection Notice", because: "the two parts of Fact, which is exported" },
  {
    types: "NoDeps NoSchema OneRecord Permission ResponseSchema Responses Statuses",
    because: "defaults and limits of a type parameter: the compiler reports the argument",
  },
  { types: "Declared", because: "the mark of a declaration: TextResult and FileResult are made of it" },
  { types: "StacklessError", because: "a base class that adds no public member to LockstepError" },
  {
    types: "KeySource KeyContext PrivateKey SenderRule",
    because: "the inside of keys and of sender constraints, under symbols that are not exported",
  },
  { types: "BearerOptions", because: "the options that all bearer schemes share: a program passes a record" },
  {
    types: "OutboundHosts OutboundRules",
    because: "the options that remoteJwks() and sendWebhook() share: a program passes a record",
  },
  { types: "RefusalKind", because: "malformedCredential() and repeatedCredential() are the only ways to make a Refusal" },
];

const sorted = (names: string): string[] => names.split(/\s+/).filter(Boolean).toSorted();

test("the subpaths are the documented ones", () => {
  assert.deepEqual(Object.keys(subpaths).toSorted(), Object.keys(expected).toSorted());
});

for (const [subpath, { values, types }] of Object.entries(expected)) {
  test(`${subpath} exports these names and no other`, () => {
    assert.deepEqual(subpaths[subpath], { values: sorted(values), types: sorted(types) } satisfies Exports);
  });
}

test("a type that a public declaration mentions is exported, or is on the list of types that no program needs", () => {
  const mentions = [...unexported].map(([name, by]) => `${name}, by ${[...by].join(", ")}`).toSorted();
  const isExplained = (mention: string): boolean =>
    explained.some(({ types }) => sorted(types).includes(mention.split(",")[0] ?? ""));
  assert.deepEqual(
    mentions.filter((mention) => !isExplained(mention)),
    [],
  );
  // The list contains no name that has become public or no longer exists.
  assert.deepEqual(
    explained.flatMap(({ types }) => sorted(types)).filter((name) => !unexported.has(name)),
    [],
  );
});

/** What an API declares. Nothing that guards has an off switch here. */
import type { AuditSink } from "../audit/event.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import type { InputLimits } from "../input/limits.ts";
import type { CorsOptions } from "./cors-options.ts";
import type { ErrorClass, TranslationList } from "./error-translation.ts";
import type { Observer } from "./observer.ts";
import type { Route } from "./route.ts";
import type { AnswerListener, ErrorListener } from "./serving.ts";
import type { Named, WebhookDescription } from "./webhook-description.ts";

/** Where an API can be reached, for its documentation. */
export interface ApiServerAddress {
  readonly url: string;
  readonly description?: string;
}

/** How the documentation's page looks, and how people sign in on it. */
export interface DocsPageOptions {
  /**
   * The client that people sign in with by authorization code and PKCE, for example the id of a public client that is
   * registered for the page. The Authorize dialog shows it; it can be changed there. A scheme that names a client in its own
   * `docs` uses neither this one nor `authorizationParameters`, and neither does `oidcBearer()`. Default: the field is empty.
   */
  readonly clientId?: string;
  /**
   * Further parameters of the authorization request, for example `{ audience: "https://api.example" }` if your authorization
   * server demands them. Default: none.
   */
  readonly authorizationParameters?: Readonly<Record<string, string>>;
  /** The colours of the page. `auto` follows the reader's system. Default `light`. */
  readonly theme?: "light" | "dark" | "auto";
  /**
   * An image above the title: a path of the same origin, as browsers see it (`/logo.svg`), or a `data:` URL of an image. The page
   * loads nothing from other origins. Default: none.
   */
  readonly logo?: string;
  /** Whether people can send requests from the page. Default `true`. */
  readonly tryItOut?: boolean;
}

/**
 * Who may read the documentation (`/docs` and `/openapi.json`): everyone who passes a dependency, or everyone for a reason.
 * Without either it does not exist.
 */
export type DocsOptions = DocsPageOptions &
  ({ readonly access: AnyDependency; readonly public?: never } | { readonly public: string; readonly access?: never });

/** This API as a protected resource of OAuth 2.0 (RFC 9728): clients find the authorization server by themselves. */
export interface ProtectedResource {
  /** The API's resource identifier: an https URL without query or fragment, the base of its paths (RFC 9728 §1.2). */
  readonly url: string;
  /** The issuers whose tokens it takes. At least one. */
  readonly authorizationServers: readonly [string, ...string[]];
  /**
   * The name of the API in the `aud` of tokens, for issuers that write another than `url`, such as the id of an application
   * (Microsoft Entra). Default: `url`, which is the `resource` that clients ask for (RFC 8707 §2). An API whose verifiers
   * demand something else of the tokens of `authorizationServers` does not start.
   */
  readonly audience?: string;
}

/** HTTP Strict Transport Security (RFC 6797), which is sent with every answer over an encrypted connection, for a year. */
export interface StrictTransport {
  /**
   * Whether browsers refuse plain http to every subdomain too, so no page on one can set cookies for this host (RFC 6797 §14.4).
   * Turn it on if all subdomains have TLS: the others cannot be reached for a year. Default `false`.
   */
  readonly includeSubDomains: boolean;
}

/** The options of `createApi()`. */
export interface ApiOptions<E extends readonly ErrorClass[] = readonly ErrorClass[]> {
  readonly title: string;
  readonly version: string;
  /** CommonMark. */
  readonly description?: string;
  readonly servers?: readonly ApiServerAddress[];
  readonly routes: readonly Route[];
  /**
   * The requests that the API sends to others, by the names that the document shows. `outgoingWebhook()` of `lockstep/webhook`
   * makes them.
   */
  readonly webhooks?: Named<WebhookDescription>;
  /** Runs before every route and is documented with each. */
  readonly guard?: AnyDependency;
  /**
   * The origins of this API's own pages, exact (`https://app.example`, `capacitor://localhost`). They may call the API and read
   * its answers (CORS). A request that a browser made with a cookie, and that changes something, must come from one of them or
   * from the API's own origin.
   */
  readonly origins?: readonly string[];
  /** Details of CORS. Default: the pages of `origins` may send and read what the routes declare. */
  readonly cors?: CorsOptions;
  /**
   * Serves the metadata of RFC 9728 at `/.well-known/oauth-protected-resource` and names it in the challenges of bearer schemes,
   * so OAuth and MCP clients find the authorization server. Default: neither.
   */
  readonly resource?: ProtectedResource;
  /** How strictly browsers insist on encrypted connections. */
  readonly hsts?: StrictTransport;
  /** Who may read the documentation. Default: nobody, it is not there. */
  readonly docs?: DocsOptions;
  /** How much of a request is read. Default: see `InputLimits`. */
  readonly limits?: Partial<InputLimits>;
  /** Takes one event for each authentication failure, denial and anomaly. Default: a line of JSON on standard error. */
  readonly audit?: AuditSink;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number;
  /**
   * The answers to errors of the application, by class: `[[Conflict, (error) => problem(409, "conflict", error.message)]]`. The
   * list is asked about an error that nothing expected, of a handler, a dependency, a guard or a resource, after it was thrown
   * into the open resources; never about a refusal or a problem. The first entry whose class the error is an instance of
   * decides: it calls `problem()`, `notFound()` or `deny()`, throws `Unavailable` or `InvalidCredential`, or returns `undefined`
   * to let the next one decide. It is not asked about `error.cause`, and comes too late for a stream that has begun. An error
   * whose answer is below 500 is not reported.
   *
   * A third member documents the problems with every route: `[Conflict, toProblem, { 409: "It exists already." }]`. Leave it out
   * if only some routes can throw the error, and name the problem in their `problems`.
   */
  readonly translate?: TranslationList<E>;
  /** Called with errors that nothing expected (the answer is a 500 that says nothing). Default: `console.error`. */
  readonly onError?: ErrorListener;
  /** Called once for each request, after its answer: for access logs and metrics. Default: nobody listens. */
  readonly onAnswer?: AnswerListener;
  /**
   * Follows each request from its beginning to the last byte of its answer: traces and metrics. `openTelemetry()` of
   * `lockstep/opentelemetry` is one. Default: nothing follows, and no request pays for it.
   */
  readonly observe?: Observer;
  /**
   * The header from which the id of a request is taken, if a client or a proxy sent one that is well formed and the host has none
   * of its own; `false` takes none. Answers have it in `X-Request-Id`. Default `X-Request-Id`.
   */
  readonly requestIdHeader?: string | false;
  /**
   * How often the guards of a request that lasts (a stream, a socket, a handler that uses `connection().signal`) run again, in
   * milliseconds: it ends within this time, and the time that the guards take, of the end of its caller's access. From 50 to
   * 60,000, default 500.
   */
  readonly recheckMs?: number;
}

/** Asks a token endpoint for a token (RFC 6749 §5). This module owns the request and what of its answer counts. */
import { isVisible } from "../http/token.ts";
import type { JsonObject } from "../json/strict-json.ts";
import { BuildError, Unavailable } from "../problem/error.ts";
import type { KnownOptions } from "../problem/options.ts";
import type { Discovery } from "../token/issuer-metadata.ts";
import { type OutboundOptions, outboundOptions, postForm } from "../token/outbound.ts";
import type { ProblemListener } from "../token/key-refusal.ts";
import { parseScope } from "../token/scope-claim.ts";
import { type ClientAuthenticator, clientAuthentication, clientOptions, type ClientOptions } from "./client-authentication.ts";
import { type IssuerEndpoint, issuerEndpoint } from "./issuer-endpoint.ts";
import { outboundOf } from "./issuer-keys.ts";
import { refuseLoopbackInProduction } from "./oidc-options.ts";

/** The issuer of the tokens, the client that asks for them, and what they are for. */
export type TokenSourceOptions = ClientOptions & TokenRequestOptions;

/** The issuer of the tokens, and what they are for. */
export interface TokenRequestOptions extends OutboundOptions {
  readonly issuer: string;
  /** Default: `oidc`, that is `/.well-known/openid-configuration`; `oauth` is RFC 8414. */
  readonly discovery?: Discovery;
  /** The address of the metadata, if it is not below the issuer. */
  readonly discoveryUrl?: string;
  /** The token endpoint. Default: the `token_endpoint` of the issuer's metadata. */
  readonly tokenEndpoint?: string;
  /** The scopes to ask for, separated by single spaces. */
  readonly scope?: string;
  /** The URL of the API that the token is for, or of several (RFC 8707 §2). */
  readonly resource?: string | readonly [string, ...string[]];
  /** The name of that API, or of several, for issuers that take `audience` (RFC 8693 §2.1, Auth0). */
  readonly audience?: string | readonly [string, ...string[]];
  /** The time in Unix milliseconds. Default: `Date.now`. */
  readonly clock?: () => number;
  /** Hears of every request that failed. */
  readonly onProblem?: ProblemListener;
}

/** The names of the options. */
export const tokenSourceOptions: KnownOptions<TokenSourceOptions> = {
  issuer: true,
  discovery: true,
  discoveryUrl: true,
  tokenEndpoint: true,
  scope: true,
  resource: true,
  audience: true,
  clock: true,
  onProblem: true,
  ...clientOptions,
  ...outboundOptions,
};

/**
 * The token endpoint refused to issue a token (RFC 6749 §5.2): answered with **503** unless you catch it, because the caller of
 * this API can do nothing about it.
 */
export class TokenRefused extends Unavailable {
  override readonly name = "TokenRefused";
  /** The issuer's code, such as `invalid_grant`; `undefined` if it is not one of the grammar. */
  readonly error: string | undefined;

  constructor(status: number, error: string | undefined) {
    super(`The token endpoint refused to issue a token: ${status}${error === undefined ? "" : ` ${error}`}`);
    this.error = error;
  }
}

/** A token that was issued. */
export interface IssuedToken {
  readonly token: string;
  /** How long it works, if the issuer says so. Seconds. */
  readonly lifetimeSeconds: number | undefined;
  /** RFC 8693 §2.2.1. */
  readonly type: string | undefined;
}

/** The endpoint, ready to be asked. */
export interface TokenEndpoint {
  readonly clock: () => number;
  readonly onProblem: ProblemListener | undefined;
  /**
   * Asks for a token. The fields of the options are added.
   *
   * @throws TokenRefused, Unavailable (rejects); no message holds a secret or a token
   */
  readonly ask: (fields: Readonly<Record<string, string>>) => Promise<IssuedToken>;
}

/** The longest time that an answer is believed about. Seconds. */
const longestLifetime = 86_400;
const errorCode = /^[a-z_]{1,64}$/;

/**
 * Checks the options.
 *
 * @throws BuildError `wrong_option`; `name` is the function that they were given to
 */
export function tokenEndpoint(name: string, options: TokenSourceOptions): TokenEndpoint {
  const { scope, clock = Date.now, onProblem } = options;
  refuseLoopbackInProduction(options);
  if (typeof clock !== "function") throw wrong(`${name}: set \`clock\` to a function that returns Unix milliseconds`);
  if (scope !== undefined && (typeof scope !== "string" || parseScope(scope) === undefined)) {
    throw wrong(`${name}: write \`scope\` as scopes separated by single spaces (RFC 6749 §3.3)`);
  }
  const targets = targetsOf(name, options);
  const { issuer, discovery, discoveryUrl, tokenEndpoint: url } = options;
  const place = Object.entries({ issuer, discovery, discoveryUrl, url }).filter(([, value]) => value !== undefined);
  const outbound = outboundOf(options);
  const client = clientAuthentication(name, options);
  const access = { ...outbound, ...Object.fromEntries(place), isMutualTls: client.isMutualTls };
  const endpoint = issuerEndpoint(name, "token_endpoint", access, clock);
  const ask: TokenEndpoint["ask"] = async (fields) => {
    const form = new URLSearchParams(fields);
    if (scope !== undefined) form.set("scope", scope);
    for (const [key, value] of targets) form.append(key, value);
    return request(form, { endpoint, outbound, client, issuer, clock });
  };
  return { clock, onProblem, ask };
}

/** The fields that say what the token is for. @throws BuildError `wrong_option` */
function targetsOf(name: string, { resource, audience }: TokenSourceOptions): readonly (readonly [string, string])[] {
  const resources = listOf(resource);
  if (
    !resources.every((each) => typeof each === "string" && URL.canParse(each) && new URL(each).hash === "" && !each.endsWith("#"))
  )
    throw wrong(`${name}: write \`resource\` as an absolute URL without a fragment (RFC 8707 §2), or as a list of them`);
  const audiences = listOf(audience);
  if (!audiences.every((each) => typeof each === "string" && each !== ""))
    throw wrong(`${name}: write \`audience\` as the name of the other API, or as a list of names`);
  return [...resources.map((each) => ["resource", each] as const), ...audiences.map((each) => ["audience", each] as const)];
}

/** An empty list says nothing, so it has one member that is wrong. */
function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  const list = [value].flat();
  return list.length === 0 ? [""] : list;
}

/** What a request needs. */
interface Asking {
  readonly endpoint: IssuerEndpoint;
  readonly outbound: OutboundOptions;
  readonly client: ClientAuthenticator;
  readonly issuer: string;
  readonly clock: () => number;
}

async function request(form: URLSearchParams, { endpoint, outbound, client, issuer, clock }: Asking): Promise<IssuedToken> {
  try {
    const url = await endpoint.url();
    const { headers, fields, certificate } = await client.authenticate({ issuer, url, nowMs: clock() });
    for (const [key, value] of Object.entries(fields)) form.set(key, value);
    const answer = await postForm(url, outbound, { form, headers, certificate, statuses: [200, 400, 401, 403] });
    if (answer.status === 200) return issuedBy(answer.document);
    const { error } = answer.document;
    throw new TokenRefused(answer.status, typeof error === "string" && errorCode.test(error) ? error : undefined);
  } catch (error) {
    if (!(error instanceof TokenRefused)) endpoint.failed();
    throw error;
  }
}

function issuedBy(answer: JsonObject): IssuedToken {
  const { access_token: token, token_type: type, expires_in: lifetime, issued_token_type: issued } = answer;
  if (typeof token !== "string" || token === "" || !isVisible(token))
    throw new Unavailable("The token endpoint's answer has no access_token");
  // A token of another type cannot be sent as a bearer token, so sending it would leak it for nothing.
  if (typeof type !== "string" || type.toLowerCase() !== "bearer") {
    throw new Unavailable("The token endpoint issued a token that is not a bearer token");
  }
  return { token, lifetimeSeconds: secondsOf(lifetime), type: typeof issued === "string" ? issued : undefined };
}

/** Some issuers write the number as text. */
function secondsOf(value: unknown): number | undefined {
  const seconds = typeof value === "string" && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof seconds === "number" && seconds > 0 ? Math.min(seconds, longestLifetime) : undefined;
}

function wrong(message: string): BuildError {
  return new BuildError("wrong_option", message);
}

/**
 * Opaque tokens: the issuer is asked about each one (RFC 7662). This module owns when it is asked, and how long its answer
 * counts. An answer counts from the moment of the question, so a token that is revoked afterwards works for `maxAgeSeconds` at
 * most. Whatever goes wrong at the endpoint is 503, never a decision.
 */
import { notify } from "../callback.ts";
import type { JsonObject } from "../json/strict-json.ts";
import { BuildError, InvalidCredential, Unavailable } from "../problem/error.ts";
import type { Claims } from "../token/claims.ts";
import { refusedWithout } from "../token/claim-rule.ts";
import { unlessRevoked } from "../token/jwt-verifier.ts";
import { type OutboundOptions, postForm } from "../token/outbound.ts";
import type { ProblemListener } from "../token/key-refusal.ts";
import { TokenCache } from "../token/token-cache.ts";
import { type CheckedTokenOptions, checkTokenOptions } from "../token/verifier-options.ts";
import { type ClientAuthenticator, clientAuthentication } from "./client-authentication.ts";
import { type AnswerRules, claimsOfAnswer } from "./introspection-answer.ts";
import { checkIntrospection, type IntrospectionOptions, longestAgeSeconds } from "./introspection-options.ts";
import { type IssuerEndpoint, issuerEndpoint } from "./issuer-endpoint.ts";
import { outboundOf } from "./issuer-keys.ts";
import type { OidcOptions } from "./oidc-options.ts";
import { isBearerToken } from "./token-form.ts";

/** What introspection needs. */
export interface IntrospectionParts {
  readonly rules: CheckedTokenOptions;
  readonly answers: AnswerRules;
  readonly endpoint: IssuerEndpoint;
  readonly issuer: string;
  readonly client: ClientAuthenticator;
  readonly outbound: OutboundOptions;
  readonly onProblem: ProblemListener | undefined;
}

/** The decision about a token, and when the issuer was asked. */
interface Decision {
  readonly claims?: Claims;
  /** Why the token is refused, if it is. */
  readonly refusal: string;
  readonly askedAtMs: number;
}

/** Asks an issuer about tokens. */
export interface OpenIntrospection {
  readonly verify: (text: string) => Claims | Promise<Claims>;
  /** Resolves when the endpoint's address is known. */
  readonly ready: () => Promise<void>;
}

/**
 * Checks the options and returns what asks the issuer.
 *
 * @throws BuildError `wrong_option`
 */
export function openIntrospection(options: OidcOptions, introspection: IntrospectionOptions): OpenIntrospection {
  const name = "oidc({ introspection })";
  checkIntrospection(name, introspection);
  const { issuer, jwksUrl, discovery, discoveryUrl, onProblem } = options;
  const { endpoint: url, maxAgeSeconds = longestAgeSeconds, withoutAudience = "refuse" } = introspection;
  if (jwksUrl !== undefined && url === undefined) {
    throw new BuildError("wrong_option", `${name}: set \`endpoint\`: with \`jwksUrl\`, no metadata is read`);
  }
  const rules = checkTokenOptions(options);
  const outbound = outboundOf(options);
  const place = Object.entries({ issuer, discovery, discoveryUrl, url }).filter(([, value]) => value !== undefined);
  const client = clientAuthentication(name, introspection);
  const access = { ...outbound, ...Object.fromEntries(place), isMutualTls: client.isMutualTls };
  const endpoint = issuerEndpoint(name, "introspection_endpoint", access, rules.clock);
  const answers = { claims: rules, withoutAudience, maxAgeSeconds };
  const asking = new Introspection({ rules, answers, endpoint, issuer, client, outbound, onProblem });
  return { verify: (text) => asking.verify(text), ready: async () => void (await endpoint.url()) };
}

/** More questions than this at once are a flood of invented tokens: further ones are answered with 503 and not asked. */
const mostAtOnce = 100;
/** Refused tokens are remembered apart, so inventing some does not push out those that are active. */
const maxRefusedBytes = 1024 * 1024;

/** Asks one issuer about tokens. */
export class Introspection {
  readonly #parts: IntrospectionParts;
  readonly #active: TokenCache<Decision>;
  readonly #refused = new TokenCache<Decision>(maxRefusedBytes);
  readonly #underWay = new Map<string, { readonly decision: Promise<Decision>; readonly askedAtMs: number }>();
  #questions = 0;

  constructor(parts: IntrospectionParts) {
    this.#parts = parts;
    this.#active = new TokenCache(parts.rules.maxCacheBytes);
  }

  /**
   * Verifies a token. A token that was asked about a moment ago is answered at once.
   *
   * @throws InvalidCredential (or rejects with it) for a token that is not active or not for this API
   * @throws Unavailable (or rejects with it) if the issuer cannot be asked
   */
  verify(text: string): Claims | Promise<Claims> {
    const { rules } = this.#parts;
    if (text.length > rules.maxTokenBytes) throw refusedWithout("maxTokenBytes", "too long");
    if (!isBearerToken(text)) throw new InvalidCredential("not a bearer token");
    const nowMs = rules.clock();
    const known = this.#find(this.#active, text, nowMs) ?? this.#find(this.#refused, text, nowMs);
    return known === undefined ? this.#ask(text, nowMs).then((decision) => this.#apply(decision)) : this.#apply(known);
  }

  #apply({ claims, refusal }: Decision): Claims | Promise<Claims> {
    if (claims === undefined) throw new InvalidCredential(refusal);
    return unlessRevoked(claims, this.#parts.rules.revoked);
  }

  #find(cache: TokenCache<Decision>, text: string, nowMs: number): Decision | undefined {
    const entry = cache.find(text);
    return entry !== undefined && nowMs < entry.expiresAtMs && this.#counts(entry.value, nowMs) ? entry.value : undefined;
  }

  /** Whether a question is recent enough. A clock that was set back makes none younger. */
  #counts({ askedAtMs }: { readonly askedAtMs: number }, nowMs: number): boolean {
    return nowMs >= askedAtMs && nowMs < askedAtMs + this.#parts.answers.maxAgeSeconds * 1000;
  }

  /** Requests with one token share a question that is under way, unless it was asked too long ago. */
  #ask(text: string, nowMs: number): Promise<Decision> {
    const underWay = this.#underWay.get(text);
    if (underWay !== undefined && this.#counts(underWay, nowMs)) return underWay.decision;
    if (this.#questions >= mostAtOnce) throw new Unavailable("Too many tokens are being introspected at once");
    this.#questions += 1;
    const asked = {
      askedAtMs: nowMs,
      decision: this.#question(text, nowMs).finally(() => {
        this.#questions -= 1;
        if (this.#underWay.get(text) === asked) this.#underWay.delete(text);
      }),
    };
    this.#underWay.set(text, asked);
    return asked.decision;
  }

  async #question(text: string, askedAtMs: number): Promise<Decision> {
    const { answers, rules } = this.#parts;
    const decision = { ...this.#decide(await this.#answerAbout(text)), askedAtMs };
    const { claims } = decision;
    const age = askedAtMs + answers.maxAgeSeconds * 1000;
    const expiresAtMs = claims === undefined ? age : Math.min(age, (claims.exp + rules.clockToleranceSeconds) * 1000);
    (claims === undefined ? this.#refused : this.#active).save(text, { value: decision, expiresAtMs });
    return decision;
  }

  /** Asking took time, so the claims are judged by the clock as it is now. */
  #decide(answer: JsonObject): Omit<Decision, "askedAtMs"> {
    if (answer["active"] !== true) return { refusal: "not active" };
    try {
      return { claims: claimsOfAnswer(answer, this.#parts.answers, this.#parts.rules.clock()), refusal: "" };
    } catch (error) {
      if (error instanceof InvalidCredential) return { refusal: error.reason };
      throw error;
    }
  }

  async #answerAbout(text: string): Promise<JsonObject> {
    const { rules, endpoint, issuer, client, outbound, onProblem } = this.#parts;
    try {
      const url = await endpoint.url();
      const { headers, fields, certificate } = await client.authenticate({ issuer, url, nowMs: rules.clock() });
      const form = new URLSearchParams({ token: text, token_type_hint: "access_token", ...fields });
      const { document } = await postForm(url, outbound, { form, headers, certificate, statuses: [200] });
      if (typeof document["active"] === "boolean") return document;
      throw new Unavailable("The introspection endpoint did not say whether the token is active");
    } catch (error) {
      endpoint.failed();
      const problem = error instanceof Error ? error : new Unavailable("Introspection failed", { cause: error });
      if (onProblem !== undefined) notify("onProblem failed", onProblem, problem);
      throw problem;
    }
  }
}

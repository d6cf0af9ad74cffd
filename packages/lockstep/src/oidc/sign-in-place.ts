/**
 * Where people sign in at an issuer, for the documentation's page: its authorization and token endpoint, out of its metadata.
 * Each page that is sent asks. One request serves them all, a good answer is kept for a while, and a failed request is not
 * repeated at once, so nobody can make the API flood the issuer by loading the page.
 */
import { notify, timeOf } from "../callback.ts";
import type { SignInEndpoints, SignInObstacle } from "../dependency/documented-scheme.ts";
import { isVisible } from "../http/token.ts";
import type { JsonObject } from "../json/strict-json.ts";
import { Unavailable } from "../problem/error.ts";
import { fetchMetadata, type MetadataPlace } from "../token/issuer-metadata.ts";
import type { ProblemListener } from "../token/key-refusal.ts";
import { urlRefusal } from "../token/outbound-host.ts";
import type { OutboundOptions } from "../token/outbound.ts";
import { cooldownMs } from "./issuer-endpoint.ts";

/** How the metadata is read. */
export interface SignInPlaceOptions {
  readonly metadata: MetadataPlace;
  /** The issuer's name in its answers (RFC 9207 §2), if it has one name. */
  readonly answersAs: string | undefined;
  readonly outbound: OutboundOptions;
  readonly clock: () => number;
  readonly onProblem: ProblemListener | undefined;
}

/** After this, the metadata is read again: the issuer may have moved its endpoints. */
const maxAgeMs = 300_000;

/** The endpoints of one issuer. */
export class SignInPlace {
  readonly #options: SignInPlaceOptions;
  #found: SignInEndpoints | undefined;
  #foundAtMs = Number.NEGATIVE_INFINITY;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #obstacle: SignInObstacle = "unreachable";
  #underWay: Promise<void> | undefined;

  constructor(options: SignInPlaceOptions) {
    this.#options = options;
  }

  /** The endpoints, or why there are none. Never rejects. While the issuer is away, those that were found last stay. */
  async find(): Promise<SignInEndpoints | SignInObstacle> {
    const nowMs = timeOf(this.#options.clock);
    const isFresh = this.#found !== undefined && isWithin(nowMs - this.#foundAtMs, maxAgeMs);
    if (!isFresh && (this.#underWay !== undefined || !isWithin(nowMs - this.#askedAtMs, cooldownMs))) {
      this.#underWay ??= this.#ask(nowMs);
      await this.#underWay;
    }
    return this.#found ?? this.#obstacle;
  }

  async #ask(nowMs: number): Promise<void> {
    this.#askedAtMs = nowMs;
    const { metadata, answersAs, outbound } = this.#options;
    let obstacle: SignInObstacle = "unreachable";
    try {
      const document = await fetchMetadata(metadata, outbound);
      obstacle = "unsupported";
      // The issuer itself says where people sign in now: an earlier answer no longer counts.
      this.#found = undefined;
      this.#found = endpointsIn(document, answersAs, outbound);
      this.#foundAtMs = nowMs;
    } catch (error) {
      this.#obstacle = obstacle;
      this.#report(error instanceof Error ? error : new Unavailable("Reading the issuer's metadata failed", { cause: error }));
    } finally {
      this.#underWay = undefined;
    }
  }

  #report(problem: Error): void {
    const { onProblem } = this.#options;
    if (onProblem !== undefined) notify("onProblem failed", onProblem, problem);
  }
}

/** The members of the metadata that list what an issuer supports, and the entry that the page needs. */
const needed = {
  response_types_supported: "code",
  grant_types_supported: "authorization_code",
  code_challenge_methods_supported: "S256",
} as const;

/**
 * Reads the endpoints. An issuer need not list the methods of PKCE, so only a list without S256 refuses it.
 *
 * @throws Unavailable if the page cannot sign in there
 */
function endpointsIn(document: JsonObject, issuer: string | undefined, outbound: OutboundOptions): SignInEndpoints {
  const endpoints = {
    authorizationUrl: endpointIn(document, "authorization_endpoint", outbound),
    tokenUrl: endpointIn(document, "token_endpoint", outbound),
  };
  for (const [name, entry] of Object.entries(needed)) {
    const list = document[name];
    if (Array.isArray(list) && !list.includes(entry)) throw unsupported(`${entry} is not among its ${name}`);
  }
  const namesIssuer = document["authorization_response_iss_parameter_supported"] === true;
  return issuer === undefined ? endpoints : { ...endpoints, issuer, namesIssuer };
}

/**
 * The browser opens one endpoint and sends the code to the other, so both obey the rules for addresses that the API fetches: a
 * `javascript:` URL would run in the page.
 */
function endpointIn(document: JsonObject, name: string, outbound: OutboundOptions): string {
  const url = document[name];
  if (typeof url !== "string") throw unsupported(`its metadata has no ${name}`);
  const refusal = urlRefusal(url, outbound);
  if (refusal !== undefined) throw unsupported(`its ${name} cannot be used: ${refusal}`);
  // RFC 6749 §3.1, §3.2: no fragment, because the page adds a query.
  if (url.includes("#") || !isVisible(url)) throw unsupported(`its ${name} has a fragment, or characters that no URL has`);
  return url;
}

function unsupported(reason: string): Unavailable {
  return new Unavailable(`The documentation's page cannot sign in at the issuer: ${reason}`);
}

/** Whether a time has not passed. A clock that was set back says nothing. */
function isWithin(sinceMs: number, lengthMs: number): boolean {
  return sinceMs >= 0 && sinceMs < lengthMs;
}

/**
 * The address of an endpoint of an issuer: configured, or looked up in the issuer's metadata when it is first needed. Requests
 * share one look-up, and a look-up that failed is not repeated at once, however many requests ask for it.
 */
import { BuildError, Unavailable } from "../problem/error.ts";
import { checkedMetadataUrl, discoverUrl, type MetadataOptions, type MetadataPlace } from "../token/issuer-metadata.ts";
import { canBeCertified, checkOutboundUrl, type OutboundOptions } from "../token/outbound.ts";
import { outboundOf } from "./issuer-keys.ts";

/** Where the address comes from. */
export type EndpointPlace = { readonly url: string } | { readonly member: string; readonly metadata: MetadataPlace };

/** After a look-up, the next one is not begun for this long. */
export const cooldownMs: number = 5_000;

/** How an endpoint of an issuer is found. */
export interface EndpointOptions extends OutboundOptions, MetadataOptions {
  /** The address, if it is not looked up. */
  readonly url?: string | undefined;
  /** Whether this API is known by the certificate of its connection. */
  readonly isMutualTls?: boolean;
}

/**
 * Checks the addresses that the options name, and returns the endpoint.
 *
 * @param name the function that the options were given to
 * @param member the member of the metadata that holds the address
 * @throws BuildError `wrong_option`
 */
export function issuerEndpoint(name: string, member: string, options: EndpointOptions, clock: () => number): IssuerEndpoint {
  const { issuer = "", url, isMutualTls = false } = options;
  const outbound = outboundOf(options);
  const address = url ?? checkedMetadataUrl(name, options);
  checkOutboundUrl(address, outbound, `The ${member}`);
  if (isMutualTls && !canBeCertified(outbound)) {
    throw new BuildError("wrong_option", `${name}: remove \`certificate\`: it works only on Node, and not beside \`fetch\``);
  }
  const place = url === undefined ? { member, metadata: { issuer, url: address, isMutualTls } } : { url };
  return new IssuerEndpoint(place, outbound, clock);
}

/** One endpoint. */
export class IssuerEndpoint {
  readonly #place: EndpointPlace;
  readonly #options: OutboundOptions;
  readonly #clock: () => number;
  #url: string | undefined;
  #lookUp: Promise<string> | undefined;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #problem: unknown;

  constructor(place: EndpointPlace, options: OutboundOptions, clock: () => number) {
    this.#place = place;
    this.#options = options;
    this.#clock = clock;
    if ("url" in place) this.#url = place.url;
  }

  /** @throws Unavailable (rejects) if the metadata cannot be had or does not name the endpoint */
  async url(): Promise<string> {
    if (this.#url !== undefined) return this.#url;
    if (this.#lookUp === undefined && this.#isCoolingDown()) {
      throw new Unavailable("The issuer's metadata could not be read a moment ago", { cause: this.#problem });
    }
    this.#lookUp ??= this.#find();
    return this.#lookUp;
  }

  /** Says that the endpoint does not work: its address is looked up again, because the issuer may have moved it. */
  failed(): void {
    if (!("url" in this.#place) && !this.#isCoolingDown()) this.#url = undefined;
  }

  async #find(): Promise<string> {
    if ("url" in this.#place) return this.#place.url;
    this.#askedAtMs = this.#clock();
    try {
      this.#url = await discoverUrl(this.#place.member, this.#place.metadata, this.#options);
      return this.#url;
    } catch (error) {
      this.#problem = error;
      throw error;
    } finally {
      this.#lookUp = undefined;
    }
  }

  /** A clock that was set back does not stop it. */
  #isCoolingDown(): boolean {
    const sinceMs = this.#clock() - this.#askedAtMs;
    return sinceMs >= 0 && sinceMs < cooldownMs;
  }
}

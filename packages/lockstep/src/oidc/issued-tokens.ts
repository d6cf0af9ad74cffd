/**
 * Tokens that this API obtained for itself, until shortly before they expire. All who need a token at once share one request, and
 * a token is renewed in the background while the old one still works. Failures are never kept.
 */
import { notify } from "../callback.ts";
import { Unavailable } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import { TokenCache } from "../token/token-cache.ts";
import type { IssuedToken, TokenEndpoint } from "./token-endpoint.ts";

/** A kept token. */
interface Kept {
  readonly token: string;
  readonly askedAtMs: number;
  /** From this moment on it is renewed; later after a renewal that failed. */
  renewAtMs: number;
}

/** Tokens are not handed out in the last part of their life: the request that carries one takes time, and clocks differ. */
const unused = { part: 0.1, mostMs: 10_000 } as const;
/** Tokens are renewed in this last part of their life. */
const renewed = { part: 0.2, mostMs: 60_000 } as const;
/** A renewal that failed is not tried again for this long. */
const pauseMs = 5_000;
const maxBytes = 4 * 1024 * 1024;

/** The tokens of one endpoint, by what they were issued for. */
export class IssuedTokens {
  readonly #endpoint: TokenEndpoint;
  readonly #kept = new TokenCache<Kept>(maxBytes);
  readonly #underWay = new Map<string, Promise<string>>();

  constructor(endpoint: TokenEndpoint) {
    this.#endpoint = endpoint;
  }

  /**
   * Returns a token that works.
   *
   * @param key tells tokens for different purposes apart
   * @param ask obtains a new one
   * @throws TokenRefused, Unavailable (rejects)
   */
  async find(key: string, ask: () => Promise<IssuedToken>): Promise<Redacted<string>> {
    const nowMs = this.#endpoint.clock();
    const entry = this.#kept.find(key);
    // A clock that was set back makes no token younger.
    if (entry === undefined || nowMs >= entry.expiresAtMs || nowMs < entry.value.askedAtMs) {
      return new Redacted(await this.#obtain(key, ask, nowMs));
    }
    if (nowMs >= entry.value.renewAtMs) this.#renew(key, entry.value, ask, nowMs);
    return new Redacted(entry.value.token);
  }

  #renew(key: string, kept: Kept, ask: () => Promise<IssuedToken>, nowMs: number): void {
    kept.renewAtMs = nowMs + pauseMs;
    // The caller has a token. The listener has been told, and a later call asks again.
    this.#obtain(key, ask, nowMs).catch(() => {});
  }

  #obtain(key: string, ask: () => Promise<IssuedToken>, nowMs: number): Promise<string> {
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const obtained = this.#request(key, ask, nowMs).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, obtained);
    return obtained;
  }

  async #request(key: string, ask: () => Promise<IssuedToken>, nowMs: number): Promise<string> {
    try {
      const { token, lifetimeSeconds } = await ask();
      if (lifetimeSeconds !== undefined) this.#keep(key, token, nowMs, lifetimeSeconds * 1000);
      return token;
    } catch (error) {
      const problem = error instanceof Error ? error : new Unavailable("No token was obtained", { cause: error });
      const { onProblem } = this.#endpoint;
      if (onProblem !== undefined) notify("onProblem failed", onProblem, problem);
      throw problem;
    }
  }

  #keep(key: string, token: string, nowMs: number, lifetimeMs: number): void {
    const before = (margin: typeof unused | typeof renewed): number =>
      nowMs + lifetimeMs - Math.min(margin.part * lifetimeMs, margin.mostMs);
    const value = { token, askedAtMs: nowMs, renewAtMs: before(renewed) };
    this.#kept.save(key, { value, expiresAtMs: before(unused) });
  }
}

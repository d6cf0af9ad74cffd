/**
 * Public keys that an issuer publishes: fetched when they are first needed, kept fresh in the background, and kept while
 * the issuer is away. A token can ask for a fetch only by naming an unknown key, and never more often than once in the
 * cooldown, however many tokens do (attack row J-11).
 */
import { BuildError, Unavailable } from "../problem/error.ts";
import { openKeys } from "./key-source.ts";
import type { KeyContext, KeySource, PublicKeys } from "./key-source.ts";
import { readKeySet, KeySet } from "./key-set.ts";
import { discoverKeys, metadataUrl } from "./issuer-metadata.ts";
import type { Discovery } from "./issuer-metadata.ts";
import { checkOutboundUrl, fetchJsonObject } from "./outbound.ts";
import type { OutboundOptions } from "./outbound.ts";
import type { VerificationKey } from "./verification-key.ts";

/** How often keys are fetched and how long they are trusted. */
export interface RemoteKeyTimes {
  /** After a fetch, tokens with unknown keys cause none for this long. Seconds, at least 1; default 30. */
  readonly cooldownSeconds?: number;
  /** After this the set is fetched again in the background: how long a withdrawn key still counts. Seconds; default 300. */
  readonly maxAgeSeconds?: number;
  /** After this without a successful fetch the last good set is no longer trusted. Seconds; default 86,400. */
  readonly maxStaleSeconds?: number;
}

/** Where an issuer's keys are: at an address, or where the issuer's metadata says. */
export type RemoteJwksOptions = OutboundOptions &
  RemoteKeyTimes & {
    /** Hears of every fetch that failed and every set that was refused; the last good set stays in use. */
    readonly onProblem?: (problem: Error) => void;
  } & (
    | { readonly url: string; readonly issuer?: never; readonly discovery?: never }
    | {
        /** The issuer, exactly as the verifier has it. */
        readonly issuer: string;
        readonly url?: never;
        /** Default: `oidc`, that is `/.well-known/openid-configuration`; `oauth` is RFC 8414. */
        readonly discovery?: Discovery;
      }
  );

/**
 * Public keys from an issuer's published set. Fetched with the first token (or in `verifier.ready()`); one fetch at a time.
 * A set that breaks the rules of `jwks()` is refused and the last good one kept.
 *
 * @throws BuildError `wrong_option` for an address that is not https or not public, and for times that make no sense
 */
export function remoteJwks(options: RemoteJwksOptions): PublicKeys {
  checkOutboundUrl(options.url ?? checkedMetadataUrl(options), options);
  const times = checkedTimes(options);
  return Object.freeze({
    [openKeys]: (context) => {
      if (options.issuer !== undefined && options.issuer !== context.issuer) {
        throw new BuildError("wrong_option", "`remoteJwks({ issuer })` and the verifier's `issuer` must be the same text");
      }
      return new RemoteKeySource(options, times, context);
    },
  } satisfies PublicKeys);
}

function checkedMetadataUrl({ issuer, discovery = "oidc" }: RemoteJwksOptions): string {
  if (issuer === undefined || !URL.canParse(issuer)) {
    throw new BuildError("wrong_option", "`remoteJwks` needs the `url` of a key set, or the `issuer` as an absolute URL");
  }
  return metadataUrl(issuer, discovery);
}

type Times = Readonly<Record<"cooldownMs" | "maxAgeMs" | "maxStaleMs", number>>;

function checkedTimes({ cooldownSeconds = 30, maxAgeSeconds = 300, maxStaleSeconds = 86_400 }: RemoteKeyTimes): Times {
  const isInOrder = cooldownSeconds >= 1 && maxAgeSeconds >= cooldownSeconds && maxStaleSeconds >= maxAgeSeconds;
  if (!isInOrder || !Number.isFinite(maxStaleSeconds)) {
    throw new BuildError("wrong_option", "`remoteJwks` needs 1 <= cooldownSeconds <= maxAgeSeconds <= maxStaleSeconds");
  }
  return { cooldownMs: cooldownSeconds * 1000, maxAgeMs: maxAgeSeconds * 1000, maxStaleMs: maxStaleSeconds * 1000 };
}

/** The keys of one verifier. All times are those of the verifier's clock. */
class RemoteKeySource implements KeySource {
  generation = 0;
  dueAtMs = 0;
  readonly #options: RemoteJwksOptions;
  readonly #times: Times;
  readonly #context: KeyContext;
  #set: KeySet | undefined;
  #keysUrl: string | undefined;
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #answeredAtMs = Number.NEGATIVE_INFINITY;
  #underWay: Promise<void> | undefined;

  constructor(options: RemoteJwksOptions, times: Times, context: KeyContext) {
    this.#options = options;
    this.#times = times;
    this.#context = context;
    this.#keysUrl = options.url;
  }

  due(nowMs: number): void {
    if (this.#set === undefined) return;
    if (nowMs - this.#fetchedAtMs > this.#times.maxStaleMs) {
      this.#set = undefined;
      this.generation += 1;
    } else if (this.#isIdle(nowMs)) {
      // Nobody asked for a long time, so the set may be long out of date: what is cached goes, and `find` waits for a fetch.
      this.generation += 1;
    } else {
      void this.#refresh(nowMs);
    }
  }

  find(kid: string | undefined, nowMs: number): VerificationKey | undefined | Promise<VerificationKey | undefined> {
    const known = this.#isIdle(nowMs) ? undefined : this.#set?.find(kid);
    return known ?? this.#findFresh(kid, nowMs);
  }

  async ready(nowMs: number): Promise<void> {
    await this.#refresh(nowMs);
    if (this.#set === undefined) throw unavailable(this.#times);
  }

  async #findFresh(kid: string | undefined, nowMs: number): Promise<VerificationKey | undefined> {
    await this.#refresh(nowMs);
    if (this.#set === undefined) throw unavailable(this.#times);
    return this.#set.find(kid);
  }

  /** No attempt has ended for so long that the next token waits for one; so do all that come while it is under way. */
  #isIdle(nowMs: number): boolean {
    return nowMs - this.#answeredAtMs > 2 * this.#times.maxAgeMs;
  }

  /** One fetch at a time and one in a cooldown; never rejects. A clock that was set back does not stop it. */
  #refresh(nowMs: number): Promise<void> {
    if (this.#underWay !== undefined) return this.#underWay;
    const sinceMs = nowMs - this.#triedAtMs;
    if (sinceMs >= 0 && sinceMs < this.#times.cooldownMs) return Promise.resolve();
    this.#triedAtMs = nowMs;
    this.dueAtMs = nowMs + this.#times.cooldownMs;
    this.#underWay = this.#fetchSet(nowMs).finally(() => {
      this.#underWay = undefined;
      this.#answeredAtMs = nowMs;
    });
    return this.#underWay;
  }

  async #fetchSet(nowMs: number): Promise<void> {
    const { issuer, discovery = "oidc", url, onProblem } = this.#options;
    try {
      this.#keysUrl ??= await discoverKeys(issuer ?? this.#context.issuer, discovery, this.#options);
      const document = await fetchJsonObject(this.#keysUrl, this.#options);
      await this.#adopt(readKeySet(document, "public", this.#context.algorithms));
      this.#fetchedAtMs = nowMs;
      this.dueAtMs = nowMs + this.#times.maxAgeMs;
    } catch (error) {
      // The issuer may have moved its keys: the next attempt asks its metadata again.
      this.#keysUrl = url;
      tell(onProblem, error);
    }
  }

  /** Takes a set over when the runtime has taken its keys; keys that stayed the same keep their import. */
  async #adopt(fetched: KeySet): Promise<void> {
    const held = this.#set?.keys ?? [];
    const keys = fetched.keys.map((key) => held.find((old) => old.equals(key)) ?? key);
    await Promise.all(keys.map((key) => key.imported()));
    this.#set = new KeySet(keys);
    if (held.some((old) => !keys.includes(old))) this.generation += 1;
  }
}

function unavailable({ cooldownMs }: Times): Unavailable {
  return new Unavailable("The issuer's keys cannot be had", { retryAfterSeconds: Math.ceil(cooldownMs / 1000) });
}

/** A listener that fails must not take the keys away from every request. */
function tell(onProblem: RemoteJwksOptions["onProblem"], error: unknown): void {
  try {
    onProblem?.(error instanceof Error ? error : new Unavailable("Fetching keys failed", { cause: error }));
  } catch {
    // What it was told is lost, as if nobody listened.
  }
}

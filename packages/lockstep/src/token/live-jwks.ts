/**
 * Public keys that change while the process runs, of an issuer that lives in the same process or keeps its keys in the same
 * database.
 */
import { BuildError, Unavailable } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import type { Jwks } from "./key-set.ts";
import type { ProblemListener } from "./key-refusal.ts";
import { openKeys } from "./key-source.ts";
import type { PublicKeys } from "./key-source.ts";
import { checkKeyTimes, ReloadedKeys } from "./reloaded-keys.ts";
import type { KeyLoading } from "./reloaded-keys.ts";

/** Where keys come from, how often they are loaded and how long they are trusted. */
export interface LiveJwksOptions {
  /** Returns the current set: only public keys, those that are published. */
  readonly load: () => Promise<Jwks>;
  /** The longest time of `load`; a later set is not used. Milliseconds, 1 to 10,000; default 3,000. */
  readonly timeoutMs?: number;
  /** After a load, tokens with unknown keys cause none for this long. Seconds, at least 1; default 1. */
  readonly cooldownSeconds?: number;
  /**
   * After this the set is loaded again in the background: how long a withdrawn key still counts without `refresh()`. Seconds;
   * default 60.
   */
  readonly maxAgeSeconds?: number;
  /** After this without a successful load the last good set is no longer trusted. Seconds; default 3,600. */
  readonly maxStaleSeconds?: number;
  /**
   * Hears of every load that failed and every set that was refused: the last good set stays in use. Also of every key that is
   * ignored because it must not be used; without a listener, those are written to standard error.
   */
  readonly onProblem?: ProblemListener;
}

/** Public keys that can be told that they changed. */
export interface LiveJwks extends PublicKeys {
  /**
   * Loads the set now, for every verifier that uses it. Once it resolves, tokens of a key that has left the set are refused,
   * those in the cache of verified tokens too.
   *
   * @throws Unavailable (rejects) when `load` fails or takes too long, BuildError `wrong_key` or `weak_key` for a set that is
   * refused; the last good set then stays in use
   */
  readonly refresh: () => Promise<void>;
}

const maxTimeoutMs = 10_000;
const liveOptions: KnownOptions<LiveJwksOptions> = {
  load: true,
  timeoutMs: true,
  cooldownSeconds: true,
  maxAgeSeconds: true,
  maxStaleSeconds: true,
  onProblem: true,
};

/**
 * Public keys from a function that returns the current set. Loaded with the first token (or in `verifier.ready()`), one load at a
 * time, in the background once the set is old, and whenever `refresh()` says that it changed. A key that must not be
 * used is ignored and reported; a set without a usable key is refused and the last good one kept.
 *
 * @throws BuildError `wrong_option` for a misspelt option, for a `load` that is not a function and for times that make no sense
 * @example
 * const keys = liveJwks({ load: () => store.publishedKeys() });
 * const accessTokens = jwtVerifier({ issuer, audience, keys, algorithms: ["ES256"], typ: "at+jwt" });
 * await store.retireKey("2026-01");
 * await keys.refresh();
 */
export function liveJwks(options: LiveJwksOptions): LiveJwks {
  checkOptions("liveJwks()", options, liveOptions);
  const { cooldownSeconds = 1, maxAgeSeconds = 60, maxStaleSeconds = 3_600, timeoutMs = 3_000, onProblem } = options;
  if (typeof options.load !== "function")
    throw new BuildError("wrong_option", "Pass `load` to liveJwks(): a function that returns the set");
  const times = { cooldownSeconds, maxAgeSeconds, maxStaleSeconds };
  checkKeyTimes("liveJwks", times);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > maxTimeoutMs) {
    throw new BuildError("wrong_option", `\`timeoutMs\` must be 1 to ${maxTimeoutMs} milliseconds`);
  }
  const load = (): Promise<unknown> => loadWithin(options.load, timeoutMs);
  const opened: ReloadedKeys[] = [];
  return Object.freeze({
    [openKeys]: (context) => {
      const keys = new ReloadedKeys({ load, times, onProblem }, context);
      opened.push(keys);
      return keys;
    },
    refresh: async () => {
      const ended = await Promise.allSettled(opened.map((keys) => keys.reload()));
      // Every verifier has what could be loaded before the caller hears that one has not.
      for (const each of ended) if (each.status === "rejected") throw each.reason;
    },
  } satisfies LiveJwks);
}

/** The result of a load, unless it takes too long: tokens wait for it. */
async function loadWithin(load: LiveJwksOptions["load"], timeoutMs: number): ReturnType<KeyLoading["load"]> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Unavailable("Loading keys took too long")), timeoutMs);
  try {
    return await Promise.race([load(), late.promise]);
  } catch (cause) {
    throw cause instanceof Unavailable ? cause : new Unavailable("Keys could not be loaded", { cause });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Keys that are loaded while a verifier runs: when they are first needed, then in the background, and kept while loading
 * fails. Where they come from is one function; how long they count, and how often a token may ask for them, is decided here. A
 * token can ask for a load only by naming an unknown key, and never more often than once in the cooldown, however many tokens
 * do (J-11).
 */
import { notify } from "../callback.ts";
import { BuildError, Unavailable } from "../problem/error.ts";
import { type ProblemListener, reportIgnored } from "./key-refusal.ts";
import { type KeyName, readKeySet, KeySet } from "./key-set.ts";
import type { KeyContext, KeySource } from "./key-source.ts";
import type { VerificationKey } from "./verification-key.ts";

/** How often keys are loaded and how long they are trusted. */
export interface KeyTimes {
  /** After a load, tokens with unknown keys cause none for this long. Seconds, at least 1. */
  readonly cooldownSeconds: number;
  /** After this the set is loaded again in the background: how long a withdrawn key still counts. Seconds. */
  readonly maxAgeSeconds: number;
  /** After this without a successful load the last good set is no longer trusted. Seconds. */
  readonly maxStaleSeconds: number;
}

/** What differs from one kind of keys to another. */
export interface KeyLoading {
  /**
   * Loads the set, unchecked. It must settle. Its argument says whether the load before it failed, or returned a set that
   * was refused.
   */
  readonly load: (afterFailure: boolean) => Promise<unknown>;
  readonly times: KeyTimes;
  /** Hears of every load that failed, every set that was refused, and every key that is ignored. */
  readonly onProblem: ProblemListener | undefined;
}

/** @throws BuildError `wrong_option` for times that make no sense; `name` is the function they were given to */
export function checkKeyTimes(name: string, { cooldownSeconds, maxAgeSeconds, maxStaleSeconds }: KeyTimes): void {
  const isInOrder = cooldownSeconds >= 1 && maxAgeSeconds >= cooldownSeconds && maxStaleSeconds >= maxAgeSeconds;
  if (!isInOrder || !Number.isFinite(maxStaleSeconds)) {
    throw new BuildError(
      "wrong_option",
      `Set the times of \`${name}\` so that 1 <= cooldownSeconds <= maxAgeSeconds <= maxStaleSeconds`,
    );
  }
}

/** The keys of one verifier. All times are those of the verifier's clock. */
export class ReloadedKeys implements KeySource {
  generation = 0;
  dueAtMs = 0;
  loadedAtMs: number = Number.NEGATIVE_INFINITY;
  readonly #loading: KeyLoading;
  readonly #context: KeyContext;
  readonly #cooldownMs: number;
  readonly #maxAgeMs: number;
  readonly #maxStaleMs: number;
  #set: KeySet | undefined;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #answeredAtMs = Number.NEGATIVE_INFINITY;
  #failed = false;
  #reported = "";
  #underWay: Promise<Error | undefined> | undefined;
  /** A load that was asked for and has not begun. All calls until it begins share it. */
  #next: Promise<Error | undefined> | undefined;

  constructor(loading: KeyLoading, context: KeyContext) {
    const { cooldownSeconds, maxAgeSeconds, maxStaleSeconds } = loading.times;
    this.#loading = loading;
    this.#context = context;
    this.#cooldownMs = cooldownSeconds * 1000;
    this.#maxAgeMs = maxAgeSeconds * 1000;
    this.#maxStaleMs = maxStaleSeconds * 1000;
  }

  due(nowMs: number): void {
    if (this.#set === undefined) return;
    if (nowMs - this.loadedAtMs > this.#maxStaleMs) {
      this.#set = undefined;
      this.generation += 1;
    } else if (this.#isIdle(nowMs)) {
      // Nobody asked for a long time, so the set may be out of date: the cache is cleared, and `find` waits for a load.
      this.generation += 1;
    } else {
      void this.#refresh(nowMs);
    }
  }

  find(name: KeyName, nowMs: number): VerificationKey | undefined | Promise<VerificationKey | undefined> {
    const known = this.#isIdle(nowMs) ? undefined : this.#set?.find(name);
    return known ?? this.#findFresh(name, nowMs);
  }

  async ready(nowMs: number): Promise<void> {
    await this.#refresh(nowMs);
    if (this.#set === undefined) throw this.#unavailable();
  }

  /**
   * Loads now, whatever the cooldown: a load that is under way may have begun before the change that this is called for, so
   * another one follows it. If it fails, the last good set stays.
   *
   * @throws Unavailable, or BuildError `wrong_key` or `weak_key` for a set that is refused
   */
  async reload(): Promise<void> {
    this.#next ??= this.#beginNext();
    const problem = await this.#next;
    if (problem !== undefined) throw problem;
  }

  async #beginNext(): Promise<Error | undefined> {
    do await this.#underWay;
    while (this.#underWay !== undefined);
    this.#next = undefined;
    return this.#begin(this.#context.clock());
  }

  async #findFresh(name: KeyName, nowMs: number): Promise<VerificationKey | undefined> {
    await this.#refresh(nowMs);
    if (this.#set === undefined) throw this.#unavailable();
    return this.#set.find(name);
  }

  /** No attempt has ended for so long that the next token waits for one; so do all that come while it is under way. */
  #isIdle(nowMs: number): boolean {
    return nowMs - this.#answeredAtMs > 2 * this.#maxAgeMs;
  }

  /** One load at a time and one in a cooldown; never rejects. A clock that was set back does not stop it. */
  #refresh(nowMs: number): Promise<unknown> {
    if (this.#underWay !== undefined) return this.#underWay;
    const sinceMs = nowMs - this.#triedAtMs;
    if (sinceMs >= 0 && sinceMs < this.#cooldownMs) return Promise.resolve();
    return this.#begin(nowMs);
  }

  #begin(nowMs: number): Promise<Error | undefined> {
    this.#triedAtMs = nowMs;
    this.dueAtMs = nowMs + this.#cooldownMs;
    this.#underWay = this.#load(nowMs).finally(() => {
      this.#underWay = undefined;
      this.#answeredAtMs = nowMs;
    });
    return this.#underWay;
  }

  /** Returns the error, if there was one. */
  async #load(nowMs: number): Promise<Error | undefined> {
    try {
      const document = await this.#loading.load(this.#failed);
      await this.#adopt(readKeySet(document, "public", this.#context));
      this.#failed = false;
      this.loadedAtMs = nowMs;
      this.dueAtMs = nowMs + this.#maxAgeMs;
      return undefined;
    } catch (error) {
      this.#failed = true;
      const problem = error instanceof Error ? error : new Unavailable("Loading keys failed", { cause: error });
      const { onProblem } = this.#loading;
      if (onProblem !== undefined) notify("onProblem failed", onProblem, problem);
      return problem;
    }
  }

  /** Takes a set over when the runtime has taken its keys; keys that stayed the same keep their import. */
  async #adopt(loaded: KeySet): Promise<void> {
    const held = this.#set?.keys ?? [];
    const keys = loaded.keys.map((key) => held.find((old) => old.equals(key)) ?? key);
    await Promise.all(keys.map((key) => key.imported()));
    this.#set = new KeySet(keys);
    this.#report(loaded.ignored);
    if (held.some((old) => !keys.includes(old))) this.generation += 1;
  }

  /** A set that is loaded again with the same flaws is reported once. */
  #report(ignored: readonly BuildError[]): void {
    const reasons = ignored.map(({ message }) => message).join("\n");
    if (reasons !== this.#reported) reportIgnored(ignored, this.#loading.onProblem);
    this.#reported = reasons;
  }

  #unavailable(): Unavailable {
    return new Unavailable("The issuer's keys cannot be had", { retryAfterSeconds: Math.ceil(this.#cooldownMs / 1000) });
  }
}

/** Notices when the wall clock was set: it then disagrees with a clock that only goes forward. */

/** More than time servers correct in small steps, and less than what matters to a token. */
const toleranceMs = 5000;

/** Compares the wall clock with a monotonic clock. Both return milliseconds. */
export class ClockJumps {
  readonly #wallClock: () => number;
  readonly #monotonicClock: () => number;
  #expected: number;

  constructor(wallClock: () => number, monotonicClock: () => number) {
    this.#wallClock = wallClock;
    this.#monotonicClock = monotonicClock;
    this.#expected = this.difference();
  }

  /** How far the wall clock is ahead of the monotonic clock now. */
  difference(): number {
    return this.#wallClock() - this.#monotonicClock();
  }

  /**
   * Whether the wall clock was set, or the process was suspended, since the difference was last accepted. Small corrections do
   * not count.
   */
  haveJumped(): boolean {
    return this.#isJump(this.difference());
  }

  /** Takes a difference for the right one from now on. */
  accept(difference: number): void {
    this.#expected = difference;
  }

  /** Takes the difference of now for the right one, unless they have jumped: slow corrections do not add up to a jump. */
  follow(): void {
    const difference = this.difference();
    if (!this.#isJump(difference)) this.#expected = difference;
  }

  #isJump(difference: number): boolean {
    return Math.abs(difference - this.#expected) > toleranceMs;
  }
}

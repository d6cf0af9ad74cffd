/** What work costs, whatever else the machine does meanwhile. */
import assert from "node:assert/strict";

/** The milliseconds of processor time that this thread spends on synchronous work. Time in which others run does not count. */
export function cpuMsOf(work: () => void): number {
  const begun = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(begun);
  return (user + system) / 1000;
}

const factor = 8;
/** Between 8, which is linear, and 64, which is quadratic. */
const mostGrowth = 24;
/** Each round can only bring the fastest run nearer to the true cost; the last ones are for a machine that is very busy. */
const [leastRounds, mostRounds] = [3, 20];
/** A sample is at least as long, because the system counts processor time in steps of a millisecond or more. */
const sampleMs = 12;

/**
 * Asserts that work takes linear time up to a size, on a machine of any speed: an eighth of the size is the measure.
 * `prepare` makes the input, whose cost does not count, and returns the work.
 */
export function assertLinear(prepare: (size: number) => () => void, size: number, about: string): void {
  const [small, large] = [new Sampled(prepare(size / factor)), new Sampled(prepare(size))];
  let growth = Infinity;
  for (let round = 0; round < leastRounds || (!(growth < mostGrowth) && round < mostRounds); round += 1) {
    small.sample();
    large.sample();
    growth = large.leastMs / small.leastMs;
  }
  assert.ok(growth < mostGrowth, `${factor} times the size costs ${growth.toFixed(1)} times as much: ${about}`);
}

/** Work, and the least processor time that one run has taken. */
class Sampled {
  leastMs = Infinity;
  readonly #work: () => void;
  #runs = 1;

  constructor(work: () => void) {
    this.#work = work;
    // Until it is warm, and a sample is long enough.
    while (this.sample() < sampleMs) if (this.leastMs < Infinity) this.#runs *= 2;
    this.leastMs = Infinity;
  }

  sample(): number {
    const cpuMs = cpuMsOf(() => {
      for (let run = 0; run < this.#runs; run += 1) this.#work();
    });
    // A shorter sample says more about the steps of the clock than about the work: the next one is longer.
    if (cpuMs < sampleMs / 2) this.#runs *= 2;
    else this.leastMs = Math.min(this.leastMs, cpuMs / this.#runs);
    return cpuMs;
  }
}

/** Waits for an event that a test notices only by its effect. */
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until a condition holds, and checks it again and again. The limit does not measure speed: it only ends a test that would
 * never end, so it is one that no machine reaches.
 */
export async function eventually(isSo: () => Promise<boolean> | boolean, withinMs: number, what: string): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${withinMs} ms`);
    await sleep(2);
  }
}

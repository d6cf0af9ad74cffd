/** A bound on waiting for the database, for those who must answer even where it is silent. */
import { Unavailable } from "lockstep";

/** Waits for so long and no longer. What comes later is ignored. @throws Unavailable */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Unavailable("The database has not answered in time")), timeoutMs);
  timer.unref();
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A node that watches: it follows the log in a process of its own, and says when it refuses each of the sessions that it is told.
 * Started by `burst.ts` with the folder of identity's sources and the URL of the database.
 */
import { setTimeout } from "node:timers/promises";
import type { Claims } from "lockstep/jwt";
import { issuer, load } from "./burst-version.ts";

const [root = "", url = ""] = process.argv.slice(2);
const { Auditor, openPostgres, RevocationFeed } = await load(root);
const database = openPostgres(url);
const audit = new Auditor(() => {}, Date.now);
const feed = await RevocationFeed.open({ database, issuer, audit, clock: Date.now });

process.on("message", (sessions: readonly string[]) => void watch(sessions));
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function watch(sessions: readonly string[]): Promise<void> {
  const waiting = new Map(sessions.map((sid) => [sid, claimsOf(sid)]));
  const refusedAt: Record<string, number> = {};
  process.send?.("ready");
  while (waiting.size > 0) {
    // Not all the time: the server needs the processor.
    await setTimeout(1);
    const now = performance.timeOrigin + performance.now();
    for (const [sid, claims] of waiting) {
      if (feed.isRevoked(claims) !== true) continue;
      refusedAt[sid] = now;
      waiting.delete(sid);
    }
  }
  process.send?.(refusedAt);
}

function claimsOf(sid: string): Claims {
  return { iss: issuer, sub: "bench", aud: "bench", iat: 1, exp: 2, sid, rev: feed.position };
}

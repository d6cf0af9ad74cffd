/** `npm run bench`: measures everything that can be measured on one machine. `npm run bench -- http` runs one part. */
import { benchApi } from "./api.ts";
import { benchGraph } from "./graph.ts";
import { benchHttp } from "./http/run.ts";
import { benchChecks } from "./identity/checks.ts";
import { burstBench } from "./identity/burst.ts";
import { revocationBench } from "./identity/revocation.ts";
import { benchRoundTrips } from "./identity/round-trips.ts";
import { benchStart } from "./identity/start.ts";
import { benchTokenVerification } from "./token-verification.ts";
import { benchTypes } from "./types/measure.ts";

const parts: Readonly<Record<string, () => Promise<void>>> = {
  graph: () => benchGraph(7),
  api: async () => benchApi(7),
  types: () => benchTypes(),
  "token-verification": () => benchTokenVerification(Number(process.env["BENCH_ROUNDS"] ?? 11)),
  http: () => benchHttp(Number(process.env["BENCH_ROUNDS"] ?? 5), Number(process.env["BENCH_SECONDS"] ?? 3)),
  identity: async () => {
    await benchChecks(Number(process.env["BENCH_ROUNDS"] ?? 5));
    benchStart(7);
  },
  revocation: () => revocationBench(),
  // BENCH_BEFORE is the folder of another checkout, to compare with in turns.
  burst: () => burstBench({ rounds: Number(process.env["BENCH_ROUNDS"] ?? 7), bursts: 6, before: process.env["BENCH_BEFORE"] }),
  "round-trips": () => benchRoundTrips(),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`Choose from ${Object.keys(parts).join(", ")}: there is no part named ${unknown.join(", ")}.`);
  process.exit(1);
}
for (const [name, run] of Object.entries(parts)) if (asked.length === 0 || asked.includes(name)) await run();

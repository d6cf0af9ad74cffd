/** Compares protected with unprotected routes under load: CPU of all the server's threads ÷ requests, in interleaved rounds. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import autocannon from "autocannon";
import { type Spread, spreadOf, show } from "../spread.ts";
import type { Target } from "./targets.ts";

interface Started {
  readonly url: string;
  readonly targets: readonly Target[];
}

interface Round {
  /** Microseconds of CPU for each request. */
  readonly cpu: number;
  readonly requestsPerSecond: number;
}

async function cpuOf(server: ChildProcess): Promise<number> {
  server.send("cpu");
  // The server answers every message with its CPU use.
  const [message] = (await once(server, "message")) as [{ cpu: NodeJS.CpuUsage }];
  return message.cpu.user + message.cpu.system;
}

async function measure(server: ChildProcess, url: string, target: Target, seconds: number): Promise<Round> {
  const requests =
    target.authorization.length === 0
      ? [{ path: target.path }]
      : target.authorization.map((authorization) => ({ path: target.path, headers: { authorization } }));
  const before = await cpuOf(server);
  const result = await autocannon({ url: `${url}${target.path}`, connections: 8, pipelining: 4, duration: seconds, requests });
  const used = (await cpuOf(server)) - before;
  const answered = result["1xx"] + result["2xx"] + result["3xx"] + result["4xx"] + result["5xx"];
  const expected = target.status === 200 ? result["2xx"] : result["4xx"];
  if (answered === 0 || expected !== answered)
    throw new Error(`${target.name}: ${answered - expected} of ${answered} answers were not ${target.status}`);
  return { cpu: used / answered, requestsPerSecond: answered / seconds };
}

/** Measures every target in each of several rounds, after a warm-up round. Prints a table. */
export async function benchHttp(rounds: number, seconds: number): Promise<void> {
  const server = fork(new URL("server.ts", import.meta.url), { execArgv: ["--conditions=lockstep-source"] });
  try {
    const [{ url, targets }] = (await once(server, "message")) as [Started];
    const results = new Map<Target, Round[]>(targets.map((target) => [target, []]));
    for (let round = 0; round <= rounds; round += 1) {
      for (const target of targets) {
        const measured = await measure(server, url, target, seconds);
        if (round > 0) results.get(target)?.push(measured);
      }
      console.error(`round ${round} of ${rounds}${round === 0 ? " (warm-up)" : ""}`);
    }
    print(targets, results);
  } finally {
    server.disconnect();
  }
}

function print(targets: readonly Target[], results: ReadonlyMap<Target, readonly Round[]>): void {
  const of = (path: string): readonly Round[] => results.get(targets.find((target) => target.path === path) ?? missing(path)) ?? [];
  const [raw, open] = [of("/raw"), of("/public")];
  const against = (rounds: readonly Round[], base: readonly Round[], compare: (a: Round, b: Round) => number): Spread =>
    spreadOf(rounds.map((round, index) => compare(round, base[index] ?? missing("round"))));
  console.log(
    "\nCPU of the server ÷ requests, µs (median, min–max over rounds), and compared with the same host in the same round\n",
  );
  console.log(
    "| target | µs a request | over Fastify unprotected | over Lockstep public | requests/s ÷ Lockstep public |\n|---|---|---|---|---|",
  );
  for (const [target, rounds] of results) {
    const cells = [
      spreadOf(rounds.map(({ cpu }) => cpu)),
      against(rounds, raw, (a, b) => a.cpu - b.cpu),
      against(rounds, open, (a, b) => a.cpu - b.cpu),
    ].map((spread) => show(spread, 1));
    const ratio = show(
      against(rounds, open, (a, b) => a.requestsPerSecond / b.requestsPerSecond),
      2,
    );
    console.log(`| ${[target.name, ...cells, ratio].join(" | ")} |`);
  }
}

function missing(what: string): never {
  throw new Error(`${what} was not measured`);
}

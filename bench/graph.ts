/**
 * Measures the cost of the graph, in process: the same handler without a guard, and behind three levels without and with a
 * promise.
 */
import { authenticate, authorize, createApi, deny, depends, get, identified, oauth2PasswordBearer, unchecked } from "lockstep";
import type { HostRequest } from "../packages/lockstep/src/host/host.ts";
import { show, spreadOf } from "./spread.ts";

const users = new Map([["token", { id: "alice", isActive: true }]]);
const answer = { hello: "world" };
const response = unchecked("a constant");
const requests = 200_000;

const db = depends({}, () => users, { lifetime: "app" });
const token = oauth2PasswordBearer({ tokenUrl: "/token" });
const find = (text: string, from: typeof users) => {
  const user = from.get(text);
  return user && identified(user, { sub: user.id });
};
const active = ({ user }: { readonly user: { readonly id: string; readonly isActive: boolean } }) =>
  user.isActive ? user : deny("inactive");
const sync = authenticate({ token, db }, ({ token, db }) => find(token.reveal(), db));
const async = authenticate({ token, db }, async ({ token, db }) => find(token.reveal(), db));

const api = createApi({
  title: "Bench",
  version: "1",
  audit: () => {},
  routes: [
    get("/public", { public: "the unprotected side of the comparison", response }, () => answer),
    get("/sync", { deps: { user: authorize({ user: sync }, active) }, response }, () => answer),
    get("/async", { deps: { user: authorize({ user: async }, active) }, response }, () => answer),
  ],
});

const none: readonly string[] = [];

function request(path: string, authorization: string | undefined): HostRequest {
  const values = authorization === undefined ? none : [authorization];
  return {
    method: "GET",
    path,
    query: "",
    secure: false,
    address: undefined,
    certificate: () => undefined,
    headers: (name) => (name === "authorization" ? values : none),
    body: async function* () {},
  };
}

async function cpuOf(path: string, authorization: string | undefined): Promise<number> {
  const asked = request(path, authorization);
  const server = api["~dispatcher"];
  const before = process.cpuUsage();
  for (let index = 0; index < requests; index += 1) {
    const response = server.handle(asked);
    if (response instanceof Promise) await response;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
}

/** Prints the cost of a whole request through the core, without a host. */
export async function benchGraph(rounds: number): Promise<void> {
  const cases = [
    ["public route", "/public", undefined],
    ["three levels, synchronous", "/sync", "Bearer token"],
    ["three levels, one promise", "/async", "Bearer token"],
    ["no token (401)", "/sync", undefined],
  ] as const;
  const figures = new Map<string, number[]>(cases.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, path, authorization] of cases) {
      const cpu = await cpuOf(path, authorization);
      if (round > 0) figures.get(name)?.push(cpu);
    }
  }
  console.log(`\nA request through the core without a host, µs of CPU (median, min–max of ${rounds} rounds of ${requests})\n`);
  console.log("| request | µs | over the public route |\n|---|---|---|");
  const open = figures.get("public route") ?? [];
  for (const [name, all] of figures) {
    const over = spreadOf(all.map((cpu, index) => cpu - (open[index] ?? Number.NaN)));
    console.log(`| ${name} | ${show(spreadOf(all), 2)} | ${show(over, 2)} |`);
  }
}

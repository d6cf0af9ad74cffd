/**
 * Measures the cost of identity's checks, in process and without a host: a session, an API key and an access token that was
 * verified before, each compared with the unprotected route of the same API, on SQLite and PostgreSQL. Also measures how many
 * tokens are issued per second.
 */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Api, createApi, get, Redacted, unchecked } from "lockstep";
import { serveFetch } from "lockstep/fetch";
import type { HostRequest } from "lockstep/host";
import { generateIdentityKey, identity, logMail } from "lockstep-identity";
import type { Database } from "lockstep-identity/database";
import { openPostgres } from "lockstep-identity/postgres";
import { openSqlite } from "lockstep-identity/sqlite";
import { hashPassword } from "../../packages/identity/src/password/password-hash.ts";
import { startPostgres } from "../../tools/postgres.ts";
import { show, spreadOf } from "../spread.ts";

const answer = { hello: "world" };
const password = "seventeen purple walruses";
const none: readonly string[] = [];

/** Builds a request as a host passes it. */
function request(path: string, headers: Readonly<Record<string, string>>): HostRequest {
  const values = new Map(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return {
    method: "GET",
    path,
    query: "",
    secure: true,
    address: "127.0.0.1",
    certificate: () => undefined,
    headers: (name) => values.get(name) ?? none,
    body: async function* () {},
  };
}

interface Measured {
  readonly api: Api;
  readonly cases: readonly (readonly [name: string, request: HostRequest])[];
  issue(): Promise<void>;
  close(): Promise<void>;
}

async function build(database: Database): Promise<Measured> {
  const auth = await identity({
    database,
    issuer: "https://bench.example",
    audience: "bench",
    key: generateIdentityKey(),
    scopes: { read: "Read" },
    mail: logMail(() => {}),
    audit: () => {},
    passwordGrant: true,
  });
  const api = createApi({
    title: "Bench",
    version: "1",
    audit: () => {},
    routes: [
      ...auth.routes,
      get("/public", { public: "the unprotected side of the comparison", response: unchecked("a benchmark") }, () => answer),
      get("/user", { deps: { user: auth.currentUser }, response: unchecked("a benchmark") }, () => answer),
    ],
  });
  const passwordHash = await hashPassword(new Redacted(password));
  const account = { id: randomUUID(), email: "bench@example.com", passwordHash: undefined, createdAt: Date.now() };
  await auth.accounts.import({ ...account, passwordHash });
  const form = new URLSearchParams({ grant_type: "password", username: account.email, password });
  const fetch = serveFetch(api, { address: () => "127.0.0.1" });
  const post = async (path: string, headers: Record<string, string>): Promise<Response> => {
    const response = await fetch(new Request(`https://bench.example${path}`, { method: "POST", headers, body: form }));
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}`);
    return response;
  };
  const { access_token: token } = (await (await post("/auth/token", {})).json()) as { access_token: string };
  form.delete("grant_type");
  const session = await post("/auth/session", { "sec-fetch-site": "same-origin" });
  const cookie = session.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const { key } = await auth.apiKeys.create({ owner: { account: account.id }, name: "bench", scopes: ["read"] }, ["read"]);
  const { client, secret } = await auth.clients.create({
    name: "bench",
    authentication: "client_secret_basic",
    grants: ["client_credentials"],
    scopes: ["read"],
  });
  const authorization = `Basic ${Buffer.from(`${client.id}:${secret?.reveal()}`).toString("base64")}`;
  const body = Buffer.from("grant_type=client_credentials");
  const asked = request("/auth/token", { authorization, "content-type": "application/x-www-form-urlencoded" });
  return {
    api,
    cases: [
      ["unprotected", request("/public", {})],
      ["access token, verified before", request("/user", { authorization: `Bearer ${token}` })],
      ["session", request("/user", { cookie })],
      ["API key", request("/user", { "x-api-key": key.reveal() })],
    ],
    issue: async () => {
      const response = await api["~dispatcher"].handle({
        ...asked,
        method: "POST",
        body: async function* () {
          yield body;
        },
      });
      if (response.status !== 200) throw new Error(`The token endpoint answered ${response.status}`);
    },
    close: () => auth.close(),
  };
}

async function cpuOf(api: Api, asked: HostRequest, requests: number): Promise<{ cpu: number; wall: number }> {
  const server = api["~dispatcher"];
  const [before, began] = [process.cpuUsage(), performance.now()];
  for (let index = 0; index < requests; index += 1) {
    const response = await server.handle(asked);
    if (response.status !== 200) throw new Error(`${asked.path} answered ${response.status}`);
  }
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / requests, wall: ((performance.now() - began) * 1000) / requests };
}

async function measure(name: string, database: Database, rounds: number): Promise<void> {
  const { api, cases, issue, close } = await build(database);
  const requests = database.kind === "sqlite" ? 20_000 : 3000;
  const figures = new Map(cases.map(([each]) => [each, [] as { cpu: number; wall: number }[]]));
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    for (const [each, asked] of cases) {
      const measured = await cpuOf(api, asked, requests);
      if (round > 0) figures.get(each)?.push(measured);
    }
    const [tokens, began] = [300, performance.now()];
    for (let index = 0; index < tokens; index += 10) await Promise.all(Array.from({ length: 10 }, issue));
    if (round > 0) rates.push((tokens * 1000) / (performance.now() - began));
  }
  const open = figures.get("unprotected") ?? [];
  console.log(`\n${name}: a request through the core without a host, µs (median, min–max of ${rounds} rounds of ${requests})\n`);
  console.log("| credential | CPU of this process | over unprotected | from call to answer |\n|---|---|---|---|");
  for (const [each, all] of figures) {
    const over = spreadOf(all.map(({ cpu }, index) => cpu - (open[index]?.cpu ?? Number.NaN)));
    const cells = [spreadOf(all.map(({ cpu }) => cpu)), over, spreadOf(all.map(({ wall }) => wall))];
    console.log(`| ${[each, ...cells.map((spread) => show(spread, 1))].join(" | ")} |`);
  }
  console.log(`\nTokens issued per second (client credentials, 10 at a time): ${show(spreadOf(rates), 0)}`);
  await close();
}

/** Prints the cost of each kind of check on both databases. */
export async function benchChecks(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-bench-"));
  const sqlite = openSqlite(join(folder, "bench.db"));
  await measure("SQLite (a file)", sqlite, rounds);
  await sqlite.close();
  rmSync(folder, { recursive: true });
  const server = await startPostgres();
  const postgres = openPostgres(server.url);
  await measure("PostgreSQL (loopback)", postgres, rounds);
  await postgres.close();
  await server.stop();
}

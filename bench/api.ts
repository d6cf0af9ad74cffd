/**
 * Measures the cost of starting an API: declaring 58 routes, `createApi()`, and `api.with()`. Each round is a process of its own,
 * because a schema is converted once in a process. `node --conditions=lockstep-source bench/api.ts` measures one round.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  anyOf,
  apiKeyCookie,
  authenticate,
  body,
  createApi,
  get,
  identified,
  oauth2PasswordBearer,
  owned,
  patch,
  path,
  post,
  query,
  type Route,
  scopes,
} from "lockstep";
import { z } from "zod";
import { show, spreadOf } from "./spread.ts";

interface Round {
  readonly routes: number;
  readonly declareMs: number;
  readonly createMs: number;
  readonly withMs: number;
}

interface Thing {
  readonly id: string;
  readonly ownerId: string;
}

const collections = Array.from("abcdefghijklmn", (letter) => `${letter}-things`);
const token = oauth2PasswordBearer({ tokenUrl: "/token", scopes: { write: "Change things" } });
const cookie = apiKeyCookie({ name: "sid" });
const byToken = authenticate({ token }, ({ token }) => identified({ id: token.reveal() }, { sub: token.reveal(), scope: "write" }));
const bySession = authenticate({ cookie }, ({ cookie }) => identified({ id: cookie.reveal() }, { sub: "1" }));
const caller = anyOf({ token: byToken, session: bySession });
const user = authenticate({ caller }, ({ caller }) => caller.value);
const writer = scopes(user, "write");

/** A collection with schemas of its own: list, read, make and change. */
function collection(name: string): Route[] {
  const Label = z.object({ text: z.string().trim().min(1).max(40), colour: z.enum(["red", "green", "blue"]) });
  const Written = z.object({
    title: z.string().trim().min(1).max(200),
    text: z.string().max(10_000).default(""),
    state: z.enum(["open", "closed"]),
    rank: z.int().min(0).max(100).optional(),
    labels: z.array(Label).max(20),
  });
  const Thing = Written.extend({ id: z.string(), ownerId: z.string(), createdAt: z.iso.datetime() });
  const Page = z.object({ items: z.array(Thing), next: z.string().nullable() });
  const id = path("id", z.uuid());
  const load = (): Thing => ({ id: "1", ownerId: "1" });
  const thing = owned({ id, user }, load, (found) => found.ownerId);
  const limit = query("limit", z.int().min(1).max(100).default(20));
  const search = query("search", z.string().max(100).optional());
  // No request is sent: the handlers only have to fit.
  const never = (): never => {
    throw new Error("This API is not called");
  };
  return [
    get(`/${name}`, { deps: { user, limit, search }, response: Page }, never),
    get(`/${name}/:id`, { deps: { thing }, response: Thing }, never),
    post(`/${name}`, { deps: { writer, made: body(Written) }, response: Thing, status: 201 }, never),
    patch(`/${name}/:id`, { deps: { thing, writer, change: body(Written.partial()) }, response: Thing }, never),
  ];
}

function measureRound(): Round {
  const began = performance.now();
  const routes = [
    ...collections.flatMap(collection),
    get("/health", { public: "a load balancer asks", response: z.object({ status: z.literal("ok") }) }, () => ({ status: "ok" })),
    get("/me", { deps: { user }, response: z.object({ id: z.string() }) }, ({ user }) => user),
  ];
  const declared = performance.now();
  const api = createApi({ title: "Bench", version: "1", audit: () => {}, docs: { access: user }, routes });
  const created = performance.now();
  api.with([], { testing: true });
  const replaced = performance.now();
  return {
    routes: routes.length,
    declareMs: declared - began,
    createMs: created - declared,
    withMs: replaced - created,
  };
}

/** Prints the cost of starting an API. */
export function benchApi(rounds: number): void {
  const self = fileURLToPath(import.meta.url);
  const all = Array.from({ length: rounds }, () => {
    const output = execFileSync(process.execPath, ["--conditions=lockstep-source", self], { encoding: "utf8" });
    return JSON.parse(output) as Round; // What this file prints when it is the program.
  });
  console.log(`\nStarting an API of ${all[0]?.routes ?? 0} routes in a new process, ms (median, min–max of ${rounds})\n`);
  console.log("| step | ms |\n|---|---|");
  console.log(`| declaring the routes | ${show(spreadOf(all.map(({ declareMs }) => declareMs)), 1)} |`);
  console.log(`| \`createApi()\` | ${show(spreadOf(all.map(({ createMs }) => createMs)), 1)} |`);
  console.log(`| \`api.with([])\` | ${show(spreadOf(all.map(({ withMs }) => withMs)), 1)} |`);
}

if (import.meta.main) console.log(JSON.stringify(measureRound()));

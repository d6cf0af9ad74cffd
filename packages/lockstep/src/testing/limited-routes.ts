/** The routes of the suite's API that a rate limit counts. */
import type { Authorized } from "../dependency/dependency.ts";
import { header } from "../input/header.ts";
import { rateLimit } from "../rate-limit/rate-limit.ts";
import type { RateLimitStore } from "../rate-limit/store.ts";
import { get, type Route } from "../route/route.ts";
import { stream } from "../outcome/stream.ts";
import { text } from "../route/text.ts";
import { unchecked } from "../route/unchecked.ts";
import { anyText } from "./plain-schema.ts";
import { ranOn } from "./suite-access.ts";
import type { Person, World } from "./world.ts";

const response = unchecked("the suite compares every answer");
/** A window in which no test ends. */
const windowSeconds = 3600;

/** Counters that never end: the suite needs no package that counts. */
function countingStore(): RateLimitStore {
  return {
    counter({ points }) {
      const spent = new Map<string, number>();
      return {
        spend: async (key, cost) => {
          const all = (spent.get(key) ?? 0) + cost;
          spent.set(key, all);
          return { isAllowed: all <= points, remaining: Math.max(0, points - all), resetMs: windowSeconds * 1000 };
        },
      };
    },
  };
}

/** Routes that are limited by their caller and by a header, so each test has counters of its own. */
export function limitedRoutes(world: World, active: Authorized<Person>): Route[] {
  const ran = ranOn(world);
  const store = countingStore();
  const limits = [{ points: 2, windowSeconds }] as const;
  const client = header("X-Client", anyText);
  const byClient = rateLimit({ name: "client", by: { deps: { client }, key: ({ client }) => client }, limits, store });
  const byCaller = rateLimit({ name: "caller", by: { principal: active }, limits, store });
  return [
    get("/limited", { public: "a result", deps: { byClient }, response }, () => ran("GET /limited", { ok: true })),
    get("/limited/stream", { public: "a result", deps: { byClient }, response: text() }, () => stream(["a"])),
    get("/limited/mine", { deps: { byCaller }, response }, () => ran("GET /limited/mine", { ok: true })),
  ];
}

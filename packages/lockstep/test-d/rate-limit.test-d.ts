/** Rate limits: the values that they count by are typed, and they protect nothing. */
import { z } from "zod";
import {
  authenticate,
  connection,
  createApi,
  depends,
  get,
  group,
  httpBasic,
  httpBearer,
  optional,
  owned,
  path,
  query,
} from "lockstep";
import { memoryStore, rateLimit, type RateLimited } from "lockstep/rate-limit";
import { type Equal, holds, type IsAny, type KnownOf } from "./assert.ts";
import { activeUser, flip, token } from "./example.ts";

const store = memoryStore();
const limits = [{ points: 10, windowSeconds: 60 }] as const;

const byAddress = rateLimit({ by: "address", limits, store });
holds<Equal<KnownOf<typeof byAddress>, never>>();
holds<Equal<(typeof byAddress)["~dep"]["value"], RateLimited>>();
const byUser = rateLimit({ by: { principal: activeUser }, limits, store });
holds<Equal<KnownOf<typeof byUser>, KnownOf<typeof activeUser>>>();
const byToken = rateLimit({ by: { credential: token }, limits, store });
holds<Equal<KnownOf<typeof byToken>, KnownOf<typeof token>>>();
rateLimit({ by: { credential: httpBearer() }, limits, store });

const plan = query("plan", z.string());
const byPlan = rateLimit({
  by: {
    deps: { plan, connection: connection() },
    key({ plan, connection }) {
      holds<Equal<typeof plan, string>>();
      holds<Equal<IsAny<typeof connection>, false>>();
      return `${plan} ${connection.address ?? ""}`;
    },
  },
  limits,
  store,
});
holds<Equal<KnownOf<typeof byPlan>, "input">>();
rateLimit({ by: { deps: { plan }, key: async ({ plan }) => plan }, limits, store, cost: 2, onStoreFailure: "allow" });

// In a route, a group and the guard of an API.
const v1 = group({ prefix: "/v1", deps: { byAddress } });
createApi({
  title: "t",
  version: "1",
  guard: byAddress,
  routes: [
    v1.get("/a", { deps: { user: activeUser, byUser } }, ({ byUser }) => byUser.length),
    get("/b", { deps: { byUser } }, () => 1),
  ],
});
get("/c", { public: flip ? "a" : "b", deps: { byAddress } }, () => 1);
// @ts-expect-error this route is unprotected
get("/d", { deps: { byAddress } }, () => 1);
// @ts-expect-error this route is unprotected
get("/e", { deps: { byToken } }, () => 1);
const id = path("id", z.string());
const byId = rateLimit({ by: { deps: { id }, key: ({ id }) => id }, limits, store });
// @ts-expect-error check path("id") with owned()
get("/f/:id", { deps: { byId, activeUser } }, () => 1);
const note = owned(
  { id, user: activeUser },
  () => ({ id: "n1", ownerId: "u1" }),
  ({ ownerId }) => ownerId,
);
get("/g/:id", { deps: { byId, note } }, () => 1);

// @ts-expect-error count by an authenticated dependency
rateLimit({ by: { principal: token }, limits, store });
// @ts-expect-error count by an authenticated dependency
rateLimit({ by: { principal: optional(activeUser) }, limits, store });
// @ts-expect-error count by an authenticated dependency
rateLimit({ by: { principal: depends({}, () => ({ id: "u1" })) }, limits, store });
const name = depends({ activeUser }, ({ activeUser }) => activeUser.id);
// @ts-expect-error count by a dependency whose value has an id
rateLimit({ by: { principal: name }, limits, store });
// @ts-expect-error count by a scheme whose credential is one text
rateLimit({ by: { credential: httpBasic() }, limits, store });
// @ts-expect-error count by a scheme whose credential is one text
rateLimit({ by: { credential: activeUser }, limits, store });
// @ts-expect-error is not assignable to type
rateLimit({ by: { deps: { plan }, key: ({ plan }) => plan.length }, limits, store });
// @ts-expect-error Property 'other' does not exist
rateLimit({ by: { deps: { plan }, key: ({ other }) => other }, limits, store });
// @ts-expect-error is not assignable to type
rateLimit({ by: "ip", limits, store });
// @ts-expect-error Source has 0 element(s) but target requires 1
rateLimit({ by: "address", limits: [], store });
// @ts-expect-error Property 'windowSeconds' is missing
rateLimit({ by: "address", limits: [{ points: 1 }], store });
// @ts-expect-error Property 'store' is missing
rateLimit({ by: "address", limits });
// @ts-expect-error Property 'counter' is missing
rateLimit({ by: "address", limits, store: new Map() });
// @ts-expect-error is not assignable to type
rateLimit({ by: "address", limits, store, onStoreFailure: "ignore" });
authenticate({ token, byAddress }, ({ byAddress }) => ({ id: String(byAddress.length) }));

import { createApi, get, group, type Api } from "lockstep";
import { rateLimit, type RateLimitStore } from "lockstep/rate-limit";
import { currentUser, reader } from "./02-roles-and-scopes.ts";

/** Makes the API. In production, the store is `postgresStore(pool)` or `redisStore(client)`. */
export function limitedApi(store: RateLimitStore): Api {
  // #region address
  const flood = rateLimit({ by: "address", limits: [{ points: 100, windowSeconds: 60 }], store });
  // #endregion

  // #region principal
  const calls = rateLimit({
    by: { principal: currentUser },
    limits: [
      { name: "burst", points: 3, windowSeconds: 1 },
      { name: "day", points: 10_000, windowSeconds: 86_400 },
    ],
    store,
  });
  // #endregion

  // #region others
  const exports = rateLimit({
    name: "exports",
    by: { deps: { user: reader }, key: ({ user }) => user.team }, // a team has one budget
    limits: [{ points: 20, windowSeconds: 3600 }],
    cost: 10,
    store,
    onStoreFailure: "allow", // the default is "refuse"
  });
  // #endregion

  // #region api
  const limited = group({ deps: { calls, user: reader } });

  return createApi({
    title: "Notes",
    version: "1.0.0",
    guard: flood, // before every route, before anyone is authenticated
    routes: [
      get("/health", { public: "load balancer probe" }, () => "Ok"),
      limited.get("/me", {}, ({ user }) => user.email),
      limited.get("/export", { deps: { exports } }, ({ user }) => `everything of ${user.team}`),
    ],
  });
  // #endregion
}

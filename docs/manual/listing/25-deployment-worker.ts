import { serveFetch } from "lockstep/fetch";
import { api } from "./25-deployment.ts";

// #region worker
const fetch = serveFetch(api, { address: (request) => request.headers.get("cf-connecting-ip") ?? undefined });

// oxlint-disable-next-line import/no-default-export -- the runtime looks for it
export default { fetch }; // Cloudflare passes a context with `waitUntil` as the third argument
// #endregion

// #region wait-until
/** For a runtime that has its own function, such as `waitUntil` of `@vercel/functions`. */
export const handlerOf = (waitUntil: (work: Promise<void>) => void) =>
  serveFetch(api, {
    waitUntil,
    address: (request) => request.headers.get("x-real-ip") ?? undefined,
    secure: (request) => request.headers.get("x-forwarded-proto") === "https",
  });
// #endregion

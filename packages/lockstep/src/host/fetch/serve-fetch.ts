/** `serveFetch()`: an API for runtimes that speak fetch. */
import type { Api } from "../../route/api.ts";
import { fetchHandler, type FetchOptions } from "./fetch-handler.ts";

/**
 * The function that a fetch runtime calls for each request. `api.fetch` is the same without options.
 *
 * @example
 * ```ts
 * export default { fetch: serveFetch(api, { address: (request) => request.headers.get("cf-connecting-ip") ?? undefined }) };
 * ```
 */
export function serveFetch(api: Api, options: FetchOptions = {}): (request: Request) => Promise<Response> {
  return fetchHandler(api["~server"], options);
}

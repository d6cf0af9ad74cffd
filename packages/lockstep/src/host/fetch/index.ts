/** `lockstep/fetch`: the host for runtimes that call a function with a web `Request`, such as Workers, Deno and Bun. */
export { serveFetch, type FetchFunction, type FetchOptions } from "./serve-fetch.ts";

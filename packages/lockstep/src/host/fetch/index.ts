export { type FetchOptions } from "./fetch-handler.ts";
export { serveFetch } from "./serve-fetch.ts";

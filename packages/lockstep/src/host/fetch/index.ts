export { type FetchOptions, serveFetch } from "./serve-fetch.ts";

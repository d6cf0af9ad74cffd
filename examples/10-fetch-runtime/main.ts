/**
 * An API for runtimes that call a fetch function: `deno serve main.ts`, `bun main.ts`, or a Worker. They use the default export.
 * Node has no such server, so there the example answers one request and ends.
 */
import { createApi, get, path, unowned } from "lockstep";
import { serveFetch } from "lockstep/fetch";
import { z } from "zod";

const cities = new Map([["basel", { name: "Basel", river: "Rhine" }]]);
const City = z.object({ name: z.string(), river: z.string() });
const city = unowned("a public directory", { key: path("key", z.string().max(50)) }, ({ key }) => cities.get(key));

export const api = createApi({
  title: "Cities",
  version: "1.0.0",
  routes: [
    get("/health", { public: "load balancer probe" }, () => "Ok"),
    get("/cities/:key", { public: "a directory for everyone", deps: { city }, response: City }, ({ city }) => city),
  ],
});

// oxlint-disable-next-line import/no-default-export -- the runtimes need it
export default { fetch: serveFetch(api) };

if (import.meta.main) {
  const url = "http://localhost/cities/basel";
  const response = await api.fetch(new Request(url));
  console.log(`${url}: ${response.status} ${await response.text()}`);
}

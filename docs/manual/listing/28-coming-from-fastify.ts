// #region mount
import { fastify } from "fastify";
import { lockstep } from "lockstep/fastify";
import { api } from "./26-one-endpoint.ts";

export const app = fastify({ trustProxy: "10.0.0.0/8" }); // the network of your proxies

app.get("/v1/notes/:id", () => "an old route"); // yours, with its hooks and plug-ins

await app.register(lockstep(api, { foreign: ["* /v1/*"] }), { prefix: "/v2" });
// #endregion

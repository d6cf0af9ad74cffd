import { fastify } from "fastify";
import { lockstep } from "lockstep/fastify";
import { api } from "../09-documentation.ts";

export const app = fastify();

app.get("/metrics", () => "requests_total 0");
await app.register(lockstep(api, { foreign: ["GET /metrics"] }), { prefix: "/api" });

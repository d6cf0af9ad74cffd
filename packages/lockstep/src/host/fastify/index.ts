/** `lockstep/fastify`: the host for Fastify. */

// A server for one API.
export { fastifyServer, type FastifyServerOptions } from "./fastify-server.ts";

// A plugin for an application that exists already.
export { lockstep, type FastifyOptions } from "./plugin.ts";

export { lockstep, type FastifyOptions } from "./plugin.ts";
export { fastifyServer, type FastifyServerOptions } from "./fastify-server.ts";

/** A server that closes in time, whatever its clients do. */
import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import { isAnswering } from "../websocket/in-flight.ts";

const closingIntervalMs = 100;

/**
 * Ends the connections that would keep a closing server: at once those that no request has come on (browsers open some in
 * advance) and those that have become idle, and at the end of the grace those on which a request has not come whole. node:http
 * waits for all of them without a limit, because its own timeouts end when the server begins to close.
 *
 * A request that came whole is answered, however long its handler takes.
 */
export function closeInTime(app: FastifyInstance, graceSeconds: number): void {
  const { server } = app;
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  let endsAtMs = Infinity;
  const end = (): void => {
    server.closeIdleConnections();
    const isLate = performance.now() >= endsAtMs;
    for (const socket of open) if (socket.bytesRead === 0 || (isLate && !isAnswering(socket))) socket.destroy();
  };
  let timer: NodeJS.Timeout | undefined;
  app.addHook("preClose", async () => {
    endsAtMs = performance.now() + graceSeconds * 1000;
    timer = setInterval(end, closingIntervalMs);
  });
  server.on("close", () => clearInterval(timer));
}

/** Serves a fetch function on a real socket, as a runtime that speaks fetch would. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ServedApi } from "../../testing/index.ts";

/** Listens on loopback. `prepare` is given the server before it does. */
export async function serveFetchFunction(
  answer: (request: Request) => Promise<Response>,
  prepare: (server: Server) => void = () => {},
): Promise<ServedApi> {
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing, answer));
  prepare(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server that listens has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: (request: Request) => Promise<Response>,
): Promise<void> {
  const response = await answer(requestOf(incoming));
  const headers = [...response.headers].flat();
  // The runtime closes a connection whose body nobody read.
  if (!incoming.readableEnded) headers.push("connection", "close");
  outgoing.writeHead(response.status, headers);
  if (response.body === null) return void outgoing.end();
  outgoing.flushHeaders();
  await pipeline(Readable.fromWeb(response.body), outgoing).catch(() => {});
}

function requestOf(incoming: IncomingMessage): Request {
  const method = incoming.method ?? "GET";
  const headers = new Headers();
  for (let index = 0; index < incoming.rawHeaders.length; index += 2)
    headers.append(incoming.rawHeaders[index] ?? "", incoming.rawHeaders[index + 1] ?? "");
  const hasBody =
    method !== "GET" &&
    method !== "HEAD" &&
    (incoming.headers["transfer-encoding"] ?? incoming.headers["content-length"]) !== undefined;
  return new Request(new URL(`http://bridge.test${incoming.url ?? "/"}`), {
    method,
    headers,
    ...(hasBody ? { body: ReadableStream.from<Uint8Array>(incoming.iterator({ destroyOnReturn: false })), duplex: "half" } : {}),
  });
}

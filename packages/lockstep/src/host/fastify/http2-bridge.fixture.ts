/** Puts an HTTP/1.1 server before one that speaks HTTP/2 in clear text, as a proxy would: one client tests both. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionOptions,
  connect,
  type IncomingHttpHeaders,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import type { ServedApi } from "../../testing/index.ts";

// What a proxy lets through, a server has to answer: two fields where one is allowed. (Newer than the types of Node.js.)
const lenient: ClientSessionOptions & { readonly strictSingleValueFields: boolean } = { strictSingleValueFields: false };

/** Listens on loopback; every request goes on as a stream of one session. */
export async function bridgeToHttp2(target: string): Promise<ServedApi> {
  const { origin, pathname } = new URL(target);
  let session = connect(origin, lenient);
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    if (session.destroyed) session = connect(origin, lenient);
    forward(session, incoming, outgoing);
  };
  const server = createServer(serve);
  server.on("checkContinue", serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server that listens has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${pathname === "/" ? "" : pathname}`,
    close: async () => {
      server.closeAllConnections();
      session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function forward(session: ClientHttp2Session, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const length = incoming.headers["content-length"] ?? "0";
  const hasBody = incoming.headers["transfer-encoding"] !== undefined || length !== "0";
  const stream = session.request(fieldsOf(incoming), { endStream: !hasBody });
  stream.on("continue", () => outgoing.writeContinue());
  stream.on("response", (head, _flags, raw: readonly string[]) => {
    answer(stream, head, raw, outgoing);
  });
  stream.on("error", () => outgoing.destroy());
  outgoing.on("close", () => {
    if (!outgoing.writableFinished) stream.close();
  });
  if (!hasBody) return;
  // Node.js ends a stream before it resets it, so its body would look whole: the connection breaks off instead.
  incoming.on("error", () => session.destroy());
  pipeline(incoming, stream).catch(() => {});
}

/** The fields of one hop stay behind (RFC 9113 §8.2.2). */
const ofTheHop: ReadonlySet<string> = new Set(["host", "connection", "keep-alive", "transfer-encoding"]);

function fieldsOf({ method = "GET", url = "/", headers, rawHeaders }: IncomingMessage): string[] {
  const fields = [":method", method, ":path", url, ":scheme", "http", ":authority", headers.host ?? ""];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    if (!ofTheHop.has(name)) fields.push(name, rawHeaders[index + 1] ?? "");
  }
  return fields;
}

function answer(stream: ClientHttp2Stream, head: IncomingHttpHeaders, raw: readonly string[], outgoing: ServerResponse): void {
  const fields = raw.filter((_text, index) => !(raw[index - (index % 2)] ?? "").startsWith(":"));
  // The unread rest of a body is not read here either.
  if (!outgoing.req.complete) fields.push("connection", "close");
  outgoing.writeHead(Number(head[":status"]), fields);
  outgoing.flushHeaders();
  pipeline(stream, outgoing).catch(() => outgoing.destroy());
}

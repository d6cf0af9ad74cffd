import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Api, Problem } from "lockstep";
import { answerToError, discard, dispatcherOf, isBodiless, malformedPath, Pieces } from "lockstep/host";
import { type Handshake, isWebSocketHandshake, listenForHandshakes, openWebSocket } from "lockstep/websocket";
import { type HostedApi, type HostRequest, type HostResponse, watchUnawaited } from "lockstep/host";

// #region request
class NodeRequest implements HostRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly secure = false; // this server has no TLS
  readonly address: string | undefined;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly upgrade: "websocket" | undefined;

  constructor(incoming: IncomingMessage, outgoing: ServerResponse, upgrade?: "websocket") {
    const target = (incoming.url ?? "").replace(/^https?:\/\/[^/?]*/i, ""); // RFC 9112 §3.2.2
    const [path = "", ...query] = target.split("?");
    this.method = incoming.method ?? "";
    this.path = path; // as it was sent: the core decodes it
    this.query = query.join("?");
    this.address = incoming.socket.remoteAddress;
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.upgrade = upgrade;
  }

  get isGone(): boolean {
    return this.incoming.socket.destroyed;
  }

  whenGone(listener: () => void): void {
    this.outgoing.once("close", () => this.outgoing.writableFinished || listener());
  }

  get hasUnreadBody(): boolean {
    const { headers, readableEnded } = this.incoming;
    return !readableEnded && (headers["transfer-encoding"] ?? headers["content-length"] ?? "0") !== "0";
  }

  certificate(): undefined {}

  headers(name: string): string[] {
    const { rawHeaders } = this.incoming; // `headers` has lost the second Authorization header
    return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
  }

  body(): AsyncIterable<Uint8Array> {
    return this.incoming.iterator({ destroyOnReturn: false }); // the answer is written even if the rest stays unread
  }
}
// #endregion

// #region answer
async function answerTo(request: NodeRequest, hosted: HostedApi): Promise<HostResponse> {
  if (/[^!-~]|#/.test(request.incoming.url ?? "")) return hosted.refuse(malformedPath, request);
  if (request.headers("host").length > 1) {
    return hosted.refuse(new Problem(400, "malformed_request", "The request names more than one host."), request);
  }
  const match = hosted.match(request.method, request.path);
  if (match.kind !== "route") return hosted.unmatched(match, request);
  const exchange = hosted.exchange(match.route, request, match.params);
  const refused = await exchange.begin(); // every guard that needs no body
  if (refused !== undefined) return refused;
  if (request.incoming.headers.expect?.toLowerCase() === "100-continue") request.outgoing.writeContinue();
  return exchange.finish(); // reads the body and runs the handler
}
// #endregion

// #region write
async function write({ status, headers, body, broken, sent }: HostResponse, request: NodeRequest): Promise<void> {
  const { outgoing } = request;
  if (sent !== undefined) outgoing.once("close", sent); // the core learns that the request is over
  broken?.addEventListener("abort", () => outgoing.destroy()); // the caller's access has ended, or the server closes
  const isSent = request.method !== "HEAD" && !isBodiless(status);
  for (const name of outgoing.getHeaderNames()) outgoing.removeHeader(name); // of an answer that could not be written
  outgoing.setHeaders(new Map(Object.entries(headers)));
  if (request.hasUnreadBody) outgoing.setHeader("connection", "close");
  outgoing.writeHead(status);
  if (!isSent) discard(body);
  if (!isSent || typeof body !== "object" || body instanceof Uint8Array) return void outgoing.end(isSent ? body : undefined);
  outgoing.flushHeaders();
  // If the client goes away or the stream fails, this destroys both ends; the core has reported it.
  await pipeline(Readable.from(new Pieces(body)), outgoing).catch(() => {});
}
// #endregion

// #region server
type Listener = (incoming: IncomingMessage, outgoing: ServerResponse, handshake?: Handshake) => Promise<void>;

export function nodeListener(api: Api): Listener {
  const hosted = dispatcherOf(api, { clientAddress: true, webSockets: true }); // the address is in every socket
  return async (incoming, outgoing, handshake) => {
    const request = new NodeRequest(incoming, outgoing, handshake && "websocket");
    let response: HostResponse | undefined;
    try {
      response = await answerTo(request, hosted);
      if (handshake !== undefined && response.upgrade !== undefined) openWebSocket(handshake, response);
      else await write(response, request);
    } catch (error) {
      discard(response?.body);
      const failure = hosted.refuse(answerToError(undefined), request); // 500
      hosted.report(error, { requestId: String(failure.headers["x-request-id"]), route: hosted.labelOf(request) });
      await write(failure, request);
    }
  };
}

export function nodeServer(api: Api): Server {
  const serve = nodeListener(api);
  const options = { insecureHTTPParser: false, shouldUpgradeCallback: isWebSocketHandshake };
  const server = createServer(options, (incoming, outgoing) => void serve(incoming, outgoing));
  // With these listeners, node:http does not ask for an upload before the guards have run.
  server.on("checkContinue", (incoming, outgoing) => void serve(incoming, outgoing));
  server.on("checkExpectation", (incoming, outgoing) => void serve(incoming, outgoing));
  listenForHandshakes(server, (handshake) => void serve(handshake.incoming, handshake.outgoing, handshake));
  server.on("close", watchUnawaited());
  return server;
}
// #endregion

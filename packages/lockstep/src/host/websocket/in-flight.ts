/** The answers that a connection still owes. Other bytes would come into one of them. */
import { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Ends a connection after the answers that it still owes, if there are any. */
export function endsAfterAnswers(socket: Socket): boolean {
  const busy = responseInFlight(socket);
  if (busy !== undefined) closeAfter(busy, socket);
  return busy !== undefined;
}

/** Whether a connection owes the answer to a request that came whole. */
export function isAnswering(socket: Socket): boolean {
  const response = responseInFlight(socket);
  return response !== undefined && response.req.complete;
}

/** The response to an earlier request. A request whose own body is broken has none yet, unless its answer has begun. */
function responseInFlight(socket: Socket): ServerResponse | undefined {
  // node:http keeps the response that is next on a connection under this name, and asks it the same question.
  const response: unknown = Reflect.get(socket, "_httpMessage");
  if (!(response instanceof ServerResponse)) return undefined;
  return response.req.complete || response.headersSent ? response : undefined;
}

/** A client that goes on sending is told once. */
const closing = new WeakSet<Socket>();

function closeAfter(response: ServerResponse, socket: Socket): void {
  // Whether the answer needs the rest of a request that will not come, nobody knows.
  if (!response.req.complete) return void socket.destroy();
  if (closing.has(socket)) return;
  closing.add(socket);
  closeWhenAnswered(response, socket);
}

/** The requests that came whole before the broken one are answered first. */
function closeWhenAnswered(response: ServerResponse, socket: Socket): void {
  response.once("finish", () => {
    const next = responseInFlight(socket);
    if (next === undefined) socket.destroySoon();
    else closeWhenAnswered(next, socket);
  });
}

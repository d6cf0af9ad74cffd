/** The API of the suite's WebSockets. */
import { authenticate } from "../access/authenticate.ts";
import { owned } from "../access/owned.ts";
import { type Api, createApi } from "../api/api.ts";
import { depends } from "../dependency/depends.ts";
import { resource } from "../dependency/resource.ts";
import { afterAnswer } from "../input/after-answer.ts";
import { connection } from "../input/connection.ts";
import { path } from "../input/path.ts";
import { responseHeaders } from "../input/response-headers.ts";
import { deny } from "../outcome/deny.ts";
import { Unavailable } from "../problem/error.ts";
import { problem } from "../problem/problem.ts";
import { messages } from "../route/messages.ts";
import { websocket } from "../route/websocket.ts";
import { apiKeyCookie } from "../scheme/api-key-cookie.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import type { LastingWorld } from "./lasting-api.ts";
import { anyText, plainSchema } from "./plain-schema.ts";

/** The origin of the API's pages. */
export const pageOrigin = "https://app.test";

const Said = plainSchema<{ readonly text: string }>({
  type: "object",
  properties: { text: { type: "string", maxLength: 1000 } },
  required: ["text"],
});

/** Creates the API on top of a world. */
export function socketApi(world: LastingWorld): Api {
  const user = authenticate({ token: httpBearer() }, ({ token }) => world.find(token.reveal()));
  const signedIn = authenticate({ session: apiKeyCookie({ name: "session" }) }, ({ session }) => world.find(session.reveal()));
  const room = owned(
    { room: path("room", anyText, { identifies: "object" }), user },
    ({ room }) => world.rooms.get(room),
    (members, { user }) => members.has(user.id),
  );
  const transaction = resource({}, function* () {
    try {
      yield undefined;
      world.log.push("committed");
    } catch (error) {
      world.log.push(`rolled back by ${nameOf(error)}`);
      throw error;
    }
  });
  const echo = messages({ receives: Said, sends: Said, maxMessageBytes: 2000 });
  const named = depends({ head: responseHeaders({ "X-Room": { description: "The room." } }) }, ({ head }) =>
    head.set("X-Room", "r1"),
  );
  const deps = { user, echo, transaction, came: connection(), later: afterAnswer() };
  return createApi({
    title: "Sockets",
    version: "1",
    audit: (event) => void world.log.push(event.type),
    onError: (error) => void world.log.push(`error ${nameOf(error)}`),
    onAnswer: ({ status, route }) => void world.log.push(`${status} ${route}`),
    recheckMs: 50,
    origins: [pageOrigin],
    routes: [
      websocket("/echo", { deps, protocols: ["echo.v2", "echo.v1"] }, async ({ echo, came, later }) => {
        came.signal.addEventListener("abort", () => world.log.push(`told ${nameOf(came.signal.reason)}`));
        world.log.push("open");
        later(() => void world.log.push("worked"));
        for await (const { text } of echo) {
          if (text === "bye") return;
          if (text === "close") echo.close(4000, "as asked");
          else await echo.send(text === "protocol" ? { text: String(echo.protocol) } : await shout(text));
        }
        world.log.push("ended");
      }),
      // Does something with its transaction after the connection has closed.
      websocket("/slow", { deps }, async ({ echo, later }) => {
        later(() => void world.log.push("worked"));
        await echo.receive();
        await new Promise((resolve) => setImmediate(resolve));
        world.log.push("saved");
      }),
      websocket("/rooms/:room", { deps: { room, echo, named } }, async ({ room, echo }) => {
        await echo.send({ text: `${room.size} members` });
        await echo.receive();
      }),
      websocket("/page", { deps: { signedIn, echo } }, async ({ echo }) => void (await echo.receive())),
      websocket("/open", { public: "a test", deps: { echo } }, async ({ echo }) => void (await echo.receive())),
    ],
  });
}

/** What the handler says to a text: some make it throw. */
async function shout(text: string): Promise<{ readonly text: string }> {
  if (text === "problem") problem(409, "room_closed", "The room is closed.");
  if (text === "denied") deny("not this one");
  if (text === "away") throw new Unavailable("the store is away");
  if (text === "broken") throw new RangeError("broken");
  return { text: text.toUpperCase() };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

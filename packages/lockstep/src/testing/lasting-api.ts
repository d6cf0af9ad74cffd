/** The API of the suite's requests that last: streams and waiting handlers, whose callers can lose their access meanwhile. */
import { authenticate } from "../access/authenticate.ts";
import { owned } from "../access/owned.ts";
import { type Api, createApi } from "../api/api.ts";
import { resource } from "../dependency/resource.ts";
import { connection } from "../input/connection.ts";
import { lastEventId } from "../input/last-event-id.ts";
import { path } from "../input/path.ts";
import { stream } from "../outcome/stream.ts";
import { Unavailable } from "../problem/error.ts";
import { eventStream } from "../route/event-stream.ts";
import { text } from "../route/text.ts";
import { get } from "../route/route.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { anyText } from "./plain-schema.ts";

/** Who has access, which tests change, and what happened. */
export class LastingWorld {
  /** The person of each token. */
  readonly people: Map<string, string> = new Map();
  /** The members of each room. */
  readonly rooms: Map<string, Set<string>> = new Map();
  /** The name of each signal's reason, how resources and generators ended, and the types of audit events. */
  readonly log: string[] = [];
  /** Whether the store of tokens cannot answer. */
  isAway = false;
  /** How often a token was looked up. */
  lookups = 0;

  find(token: string): { readonly id: string } | undefined {
    this.lookups += 1;
    if (this.isAway) throw new Unavailable("the store is away");
    const id = this.people.get(token);
    return id === undefined ? undefined : { id };
  }
}

/** Creates the API on top of a world. */
export function lastingApi(world: LastingWorld): Api {
  const user = authenticate({ token: httpBearer() }, ({ token }) => world.find(token.reveal()));
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
  /** Sends one piece, and waits until the signal ends it. */
  const pieces = async function* (signal: AbortSignal): AsyncGenerator<string, void, void> {
    try {
      yield "begun\n";
      await aborted(signal);
      world.log.push(`told ${nameOf(signal.reason)}`);
    } finally {
      world.log.push("finally");
    }
  };
  const response = text();
  const came = connection();
  return createApi({
    title: "Lasting",
    version: "1",
    audit: (event) => void world.log.push(event.type),
    onError: (error) => void world.log.push(`error ${nameOf(error)}`),
    recheckMs: 50,
    routes: [
      get("/open", { public: "a test", deps: { came }, response }, ({ came }) => stream(pieces(came.signal))),
      get("/mine", { deps: { user, came, transaction }, response }, ({ came }) => stream(pieces(came.signal))),
      get("/rooms/:room", { deps: { room, came }, response }, ({ came }) => stream(pieces(came.signal))),
      // A generator that nothing tells: it is waiting for its next piece when it has to end.
      get("/deaf", { deps: { user, transaction }, response }, () => stream(pieces(new AbortController().signal))),
      get("/events", { deps: { user, came, since: lastEventId() }, response: eventStream(anyText) }, async function* (deps) {
        try {
          yield { id: 8, event: "note", data: `after ${deps.since ?? "nothing"}` };
          await aborted(deps.came.signal);
        } finally {
          world.log.push("finally");
        }
      }),
      // Begins its stream when the caller may no longer see it.
      get("/late", { deps: { user, came, transaction }, response }, async ({ came }) => {
        world.log.push("waiting");
        await aborted(came.signal);
        return stream(pieces(new AbortController().signal));
      }),
      get("/wait", { deps: { user, came } }, async ({ came }) => {
        world.log.push("waiting");
        await aborted(came.signal);
        world.log.push(`told ${nameOf(came.signal.reason)}`);
        return "late";
      }),
    ],
  });
}

function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else signal.addEventListener("abort", resolve, { once: true });
  });
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

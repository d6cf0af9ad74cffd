/**
 * The process of `callback-process.test.ts`: every misbehaving API on a server of its own. It dies if anything in it is left
 * unhandled.
 */
import { fastifyServer } from "../host/fastify/fastify-server.ts";
import type { Api } from "../index.ts";
import { brokenSources, brokenStream, leftStream, type Misbehaviour, misbehaviours, places } from "./callback.fixture.ts";

/** What the process tells: the address of each API by its name, then an answer to each question. */
export type Told = { readonly urls: Readonly<Record<string, string>> } | { readonly alive: true };

/** The name of the API whose callback misbehaves. */
export const nameOf = (place: string, act: string): string => `${place} ${act}`;

async function serve(): Promise<void> {
  const apis: Record<string, Api> = { left: leftStream().api };
  for (const [place, { api }] of Object.entries(places)) {
    for (const [act, run] of Object.entries(misbehaviours)) apis[nameOf(place, act)] = api(run);
  }
  for (const [name, source] of Object.entries(brokenSources)) apis[nameOf("stream", name)] = brokenStream(source);
  const urls: Record<string, string> = {};
  for (const [name, api] of Object.entries(apis)) urls[name] = await fastifyServer(api).listen({ host: "127.0.0.1", port: 0 });
  process.send?.({ urls } satisfies Told);
}

/** Answers after a turn of the event loop: a failure in the meantime has ended the process by then. */
function answerWhenTurned(turns: number): void {
  if (turns === 0) process.send?.({ alive: true } satisfies Told);
  else setImmediate(() => answerWhenTurned(turns - 1));
}

if (process.argv[2] === "serve") {
  process.on("message", () => answerWhenTurned(5));
  process.on("disconnect", () => process.exit());
  await serve();
}

/** The ways to misbehave, with their places. */
export const combinations: readonly (readonly [place: string, act: Misbehaviour])[] = Object.keys(places).flatMap((place) =>
  // The record is a constant.
  Object.keys(misbehaviours).map((act) => [place, act as Misbehaviour] as const),
);

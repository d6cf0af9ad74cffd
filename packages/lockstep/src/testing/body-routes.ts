/** The routes of the suite's API that read a body in pieces: to its end, in part, or not at all. */
import type { Authorized, Dependency } from "../dependency/dependency.ts";
import { bodyStream } from "../input/body-stream.ts";
import { nothing } from "../input/nothing.ts";
import { post, type Route } from "../route/route.ts";
import { unchecked } from "../route/unchecked.ts";
import type { Person, World } from "./world.ts";

/** The longest body that the route `/pieces` reads, in bytes. It is more than the API's own limit. */
export const maxStreamBytes = 100_000;

const response = unchecked("the suite compares every answer");
const identifies = nothing("bytes to be counted");

/** Routes that read a body in pieces. Each piece that a handler has read is a call of the world: `read 3` after three bytes. */
export function bodyRoutes(world: World, db: Dependency<World>, writer: Authorized<Person>): Route[] {
  const pieces = bodyStream({ maxBytes: maxStreamBytes, identifies });
  const image = bodyStream({ mediaTypes: ["image/png"], identifies });
  const counted = async function* (sent: AsyncIterable<Uint8Array>): AsyncGenerator<number, void, void> {
    let bytes = 0;
    for await (const piece of sent) {
      bytes += piece.length;
      world.calls.push(`read ${bytes}`);
      yield bytes;
    }
  };
  return [
    post("/pieces", { deps: { writer, db, pieces }, response }, async ({ pieces }) => {
      world.handled.push("POST /pieces");
      let bytes = 0;
      for await (const count of counted(pieces)) bytes = count;
      return { bytes };
    }),
    post("/pieces/first", { deps: { writer, db, pieces }, response }, async ({ pieces }) => {
      for await (const first of counted(pieces)) return { first };
      return { first: 0 };
    }),
    post("/pieces/none", { deps: { writer, db, pieces }, response }, () => ({ read: "nothing" })),
    post("/pieces/image", { deps: { writer, db, image }, response }, async ({ image }) => {
      let bytes = 0;
      for await (const count of counted(image)) bytes = count;
      return { bytes };
    }),
  ];
}

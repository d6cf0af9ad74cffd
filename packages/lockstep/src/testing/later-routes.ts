/** The routes of the suite's API that leave work for after their answers. */
import { authorize } from "../access/authorize.ts";
import { depends } from "../dependency/depends.ts";
import { afterAnswer } from "../input/after-answer.ts";
import { deny } from "../outcome/deny.ts";
import { reply } from "../outcome/reply.ts";
import { stream } from "../outcome/stream.ts";
import { problem } from "../problem/problem.ts";
import { get, type Route } from "../route/route.ts";
import { text } from "../route/text.ts";
import { unchecked } from "../route/unchecked.ts";
import type { Access } from "./suite-access.ts";
import type { World } from "./world.ts";

const response = unchecked("the suite compares every answer");

/** Routes that leave work, and one of each way to end. The work waits for the world's gate. */
export function laterRoutes(world: World, { active, db }: Access): Route[] {
  const later = afterAnswer();
  // Left by a dependency, so it is there however the request ends.
  const left = depends({ later, db }, ({ later }) => {
    later(async () => {
      world.calls.push("work");
      await world.gate;
      world.calls.push("work done");
    });
  });
  const failing = depends({ later }, ({ later }) => {
    later(() => {
      throw new TypeError("the mail server is away");
    });
    later(() => void world.calls.push("next work"));
  });
  const refusing = authorize({ active, left }, () => deny("not now"));
  const pieces = async function* (isBroken: boolean): AsyncGenerator<string, void, void> {
    yield "a";
    await new Promise((resolve) => setTimeout(resolve, 2));
    world.calls.push("last piece");
    if (isBroken) throw new TypeError("cursor lost");
    yield "b";
  };
  const deps = { active, left };
  return [
    get("/later", { deps, response }, () => ({ ok: true })),
    get("/later/reply", { deps, responses: { 200: response, 409: response } }, () => reply(409, { ok: false })),
    get("/later/stream", { deps, response: text("text/plain") }, () => stream(pieces(false))),
    get("/later/broken", { deps, response: text("text/plain") }, () => stream(pieces(true))),
    get("/later/conflict", { deps }, () => problem(409, "taken", "It is taken.")),
    get("/later/refused", { deps: { refusing } }, () => "never"),
    get("/later/failing", { deps: { active, failing } }, () => "sent"),
  ];
}

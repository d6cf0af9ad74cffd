/** `createApi({ translate })`: each function is typed by its class, and returns a problem or nothing. */
import { type ApiOptions, createApi, deny, notFound, problem, Problem, reply, Unavailable } from "lockstep";
import { type Equal, holds, type IsAny } from "./assert.ts";

class Conflict extends Error {
  readonly taken: string = "a";
}
class Away extends Error {
  readonly seconds: number;
  constructor(seconds: number) {
    super("away");
    this.seconds = seconds;
  }
}
const about = { title: "t", version: "1", routes: [] } as const;

createApi({
  ...about,
  translate: [
    [
      Conflict,
      (error) => {
        holds<Equal<typeof error, Conflict>>();
        return error.taken === "a" ? problem(409, "conflict", error.message) : undefined;
      },
      { 409: "It exists already." },
    ],
    [
      Away,
      async (error) => {
        holds<Equal<typeof error, Away>>();
        return new Unavailable("away", { retryAfterSeconds: error.seconds });
      },
    ],
    [RangeError, () => deny("out of range")],
    [SyntaxError, () => notFound()],
    [
      TypeError,
      (error) => {
        if (error.message === "x") problem(400, "x", "x");
      },
    ],
    [
      String,
      (text) => {
        holds<Equal<typeof text, string>>();
        return text === "gone" ? new Problem(410, "gone", "It was here.") : undefined;
      },
    ],
    [
      Object,
      (thrown) => {
        holds<Equal<typeof thrown, unknown>>();
        holds<Equal<IsAny<typeof thrown>, false>>();
      },
    ],
  ],
});
createApi({ ...about, translate: [] });
const options: ApiOptions = { ...about, translate: [[Conflict, () => notFound()]] };
createApi(options);
const list = [[Conflict, (error: Conflict) => problem(409, "conflict", error.taken)]] as const;
createApi({ ...about, translate: list });

// @ts-expect-error Property 'seconds' does not exist on type 'Conflict'
createApi({ ...about, translate: [[Conflict, (error) => problem(409, "conflict", String(error.seconds))]] });
// @ts-expect-error Types of parameters
createApi({ ...about, translate: [[Conflict, (error: Away) => problem(409, "conflict", String(error.seconds))]] });
// @ts-expect-error is not assignable to type
createApi({ ...about, translate: [[Conflict, (error) => error.message]] });
// @ts-expect-error is not assignable to type
createApi({ ...about, translate: [[Conflict, () => reply(409, { no: 1 })]] });
// @ts-expect-error is not assignable to type
createApi({ ...about, translate: [[Conflict, async () => 409]] });
// @ts-expect-error is not assignable to type
createApi({ ...about, translate: [["Conflict", () => notFound()]] });
// @ts-expect-error is not assignable to type
createApi({ ...about, translate: [Conflict] });
// @ts-expect-error 'mispelt' does not exist
createApi({ ...about, translate: [[Conflict, () => notFound(), { mispelt: "It exists already." }]] });
// @ts-expect-error 'mispelt' does not exist
createApi({ ...about, mispelt: 1 });

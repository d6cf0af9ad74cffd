/** `afterAnswer()`: work that nobody has to wait for, such as sending a mail. */
import type { Dependency } from "../dependency/dependency.ts";
import { noObjectIds } from "../dependency/input-place.ts";
import type { Source } from "../dependency/source.ts";
import type { Work } from "../outcome/later-work.ts";
import { BuildError } from "../problem/error.ts";
import { inputDependency } from "./input-dependency.ts";

/**
 * Leaves work for after the answer.
 *
 * @throws BuildError `wrong_result` for anything but a function
 */
export type AfterAnswer = (work: () => void | Promise<void>) => void;

const place = { kind: "work", name: "afterAnswer()", schema: undefined, objectIds: noObjectIds, mediaTypes: [] } as const;
const dependency = inputDependency<AfterAnswer, never>(place, [], laterOf);

/**
 * A function that leaves work for after the answer. The work starts once the answer has been sent, a stream to its last byte,
 * and for a WebSocket once its handler has ended; several in the order in which they were left, and none waits for another.
 *
 * It starts only if the handler returned, whatever status it returned, and if everything that the request opened closed without
 * an error. If the request is refused, if something throws (a `problem()` too), or if a stream breaks off, the work is dropped,
 * because nothing of the request was committed.
 *
 * The request's resources are closed when the work runs: use values of the app, or `api.run()`. An error of the work is passed
 * to `onError`, with the route and the id of the request, and changes nothing else. `api.close()` waits for running work. On a
 * fetch runtime the work is passed to its `waitUntil()`. The work is lost if the process ends: write down what must not be lost.
 *
 * Every call returns the same dependency. It knows nothing of the caller and protects nothing.
 *
 * @throws BuildError `wrong_dependency` outside a request (`run()`), unless a value stands in for it
 *
 * @example
 * ```ts
 * const deps = { user: buyer, order: body(Order), mailer, later: afterAnswer() };
 * const routes = [
 *   post("/orders", { deps }, async ({ order, mailer, later }) => {
 *     const { number } = await orders.save(order);
 *     later(() => mailer.sendReceipt(number));
 *     return number;
 *   }),
 * ];
 * ```
 */
export function afterAnswer(): Dependency<AfterAnswer> {
  return dependency;
}

function laterOf(source: Source): AfterAnswer {
  const later = source.laterWork();
  return (work: Work) => {
    if (typeof work !== "function") throw new BuildError("wrong_result", "afterAnswer(): pass a function: () => mailer.send(…)");
    later.add(work);
  };
}

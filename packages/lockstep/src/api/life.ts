/** What an API does beside answering: runs outside HTTP, and its end. */
import type { AppValues } from "../dependency/app-values.ts";
import type { AnyDependency, ValueOf } from "../dependency/dependency.ts";
import type { Overrides } from "../dependency/graph.ts";
import { contextOverrides, type RunContext, runOnce, runToClose } from "../dependency/run.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { unfinished } from "../route/background.ts";
import type { Serving } from "../route/serving.ts";

/** What `api.close()` may be told. */
export interface CloseOptions {
  /** The longest time for requests that last, and then for running work, in seconds, from 0 to 86,400. Default 10. */
  readonly graceSeconds?: number;
}

const dayInSeconds = 86_400;

/** From the first run of an API to its end. */
export class ApiLife {
  readonly #app: AppValues;
  readonly #overrides: Overrides;
  readonly #serving: Serving;
  #isOver = false;

  constructor(app: AppValues, overrides: Overrides, serving: Serving) {
    this.#app = app;
    this.#overrides = overrides;
    this.#serving = serving;
  }

  /** Runs a dependency with the API's values of the app. */
  async run<D extends AnyDependency, R>(
    dep: D,
    context: RunContext<readonly AnyDependency[]>,
    use: (value: ValueOf<D>) => R | PromiseLike<R>,
  ): Promise<R> {
    const replaced = contextOverrides("api.run()", context);
    if (this.#isOver) throw new BuildError("api_closed", "call api.run() before api.close(): the API has closed its values");
    const overrides: Overrides = new Map([...this.#overrides, ...replaced]);
    const running =
      replaced.size === 0
        ? runOnce(dep, { overrides, app: this.#app }, use)
        : runToClose(dep, { overrides, app: this.#app.replacing(replaced) }, use);
    this.#serving.background.track(running.then(nothing, nothing));
    return running;
  }

  /** Waits for running work, and closes the API's values. */
  async close(options: CloseOptions): Promise<void> {
    checkOptions<CloseOptions>("api.close()", options, { graceSeconds: true });
    const { graceSeconds = 10 } = options;
    if (typeof graceSeconds !== "number" || !(graceSeconds >= 0 && graceSeconds <= dayInSeconds))
      throw new BuildError("wrong_option", `api.close(): set graceSeconds to a number from 0 to ${dayInSeconds}`);
    await this.#serving.open.close(graceSeconds);
    // Running work may start more, and uses the values of the app: only then is it over.
    const rest = await this.#serving.background.settle(graceSeconds * 1000);
    this.#isOver = true;
    for (const about of rest) this.#serving.onError(unfinished(graceSeconds), about);
    await this.#app.close();
  }
}

function nothing(): void {}

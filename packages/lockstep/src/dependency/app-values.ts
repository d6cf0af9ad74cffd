/** Values that live as long as the app: created once, and closed in reverse order at shutdown. */
import { BuildError } from "../problem/error.ts";
import { nodesBelow, type Overrides } from "./graph.ts";
import type { Node, ValueRecord } from "./node.ts";
import { openResource, type OpenResource } from "./open-resource.ts";
import { isPromise } from "../promise.ts";

const none: Overrides = new Map();

/** The values of somebody else, which are used for every node that rests on nothing of `replaced`. */
interface Shared {
  readonly values: AppValues;
  readonly replaced: Overrides;
}

/** The app values of an API, or of one run outside HTTP. */
export class AppValues {
  /** The time of the app, in milliseconds since 1970. Never throws. */
  readonly clock: () => number;
  readonly #overrides: Overrides;
  readonly #shared: Shared | undefined;
  readonly #values = new Map<Node, unknown>();
  /** In the order in which they were opened. */
  #open: OpenResource[] = [];

  constructor(overrides: Overrides = none, clock: () => number = Date.now, shared?: Shared) {
    this.clock = clock;
    this.#overrides = overrides;
    this.#shared = shared;
  }

  /**
   * The same values for a run that replaces some dependencies: the values that rest on a replaced one are made for the run, and
   * all others are shared. Close it after the run; that closes none of the shared ones.
   */
  replacing(replaced: Overrides): AppValues {
    return new AppValues(new Map([...this.#overrides, ...replaced]), this.clock, { values: this, replaced });
  }

  /**
   * Returns the value, or a promise of it while it is being created. A failure is not kept: the next call tries again.
   *
   * @throws BuildError `wrong_lifetime` if an override of an app value lives as long as a request
   */
  get(asked: Node): unknown {
    if (this.#shared !== undefined && !this.#isReplaced(asked, this.#shared.replaced)) return this.#shared.values.get(asked);
    const node = this.#overrides.get(asked) ?? asked;
    const known = this.#values.get(node);
    if (known !== undefined || this.#values.has(node)) return known;
    if (node.lifetime !== "app")
      throw new BuildError("wrong_lifetime", 'Override an app value with one that has { lifetime: "app" }, too');
    const made = this.#make(node);
    this.#values.set(node, made);
    if (!isPromise(made)) return made;
    return made.then(
      (value) => {
        this.#values.set(node, value);
        return value;
      },
      (error: unknown) => {
        this.#values.delete(node);
        throw error;
      },
    );
  }

  /**
   * Closes the open resources, the last opened first.
   *
   * @throws AggregateError at the end, if any did not close
   */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (let open = this.#open.pop(); open !== undefined; open = this.#open.pop()) {
      try {
        await open.close();
      } catch (error) {
        errors.push(error);
      }
    }
    this.#values.clear();
    if (errors.length > 0) throw new AggregateError(errors, "Some of the application's resources did not close");
  }

  #isReplaced(asked: Node, replaced: Overrides): boolean {
    const below = nodesBelow(asked, ({ deps }) => deps);
    return below.some((node) => replaced.has(node));
  }

  #make(node: Node): unknown {
    const values = node.deps.map((entry) => this.get(entry.node));
    if (!values.some(isPromise)) return this.#run(node, values);
    return Promise.all(values).then((ready) => this.#run(node, ready));
  }

  #run(node: Node, values: readonly unknown[]): unknown {
    const record: ValueRecord = Object.fromEntries(node.deps.map((entry, index) => [entry.key, values[index]]));
    if (node.kind === "value") return node.run(record);
    if (node.kind !== "resource") throw new BuildError("wrong_lifetime", "Use depends() or resource() for a value of the app");
    const open = openResource(node.open(record));
    this.#open.push(open);
    return isPromise(open.value) ? open.value.then(undefined, (error: unknown) => this.#forget(open, error)) : open.value;
  }

  /** Drops a resource that did not open, because each further attempt would add another. */
  async #forget(open: OpenResource, error: unknown): Promise<never> {
    this.#open = this.#open.filter((other) => other !== open);
    await open.close({ error });
    throw error;
  }
}

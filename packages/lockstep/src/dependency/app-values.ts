/** Values that live as long as the app: created once, and closed in reverse order at shutdown. */
import { BuildError } from "../problem/error.ts";
import type { Overrides } from "./graph.ts";
import type { Node, ValueRecord } from "./node.ts";
import { openResource, type OpenResource } from "./open-resource.ts";
import { isPromise } from "../promise.ts";

const none: Overrides = new Map();

/** The app values of an API, or of one run outside HTTP. */
export class AppValues {
  readonly #overrides: Overrides;
  readonly #values = new Map<Node, unknown>();
  /** In the order in which they were opened. */
  #open: OpenResource[] = [];

  constructor(overrides: Overrides = none) {
    this.#overrides = overrides;
  }

  /**
   * Returns the value, or a promise of it while it is being created. A failure is not kept: the next call tries again.
   *
   * @throws BuildError `wrong_lifetime` if an override of an app value lives as long as a request
   */
  get(asked: Node): unknown {
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

/** Values that live as long as the process: made once, disposed in reverse order at shutdown. */
import type { Node, ValueRecord } from "./node.ts";
import { openResource, type OpenResource } from "./open-resource.ts";
import { BuildError } from "../problem/error.ts";

/** The app values of an API, or of one run outside HTTP. */
export class AppValues {
  readonly #values = new Map<Node, unknown>();
  readonly #open: OpenResource[] = [];

  /** The value, or a promise of it while it is being made the first time. A failure is not kept: the next asks again. */
  get(node: Node): unknown {
    const known = this.#values.get(node);
    if (known !== undefined || this.#values.has(node)) return known;
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

  /** Closes what is open, the last opened first. Every one is closed; the errors, if any, are thrown together at the end. */
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
    if (node.kind !== "resource") throw new BuildError("wrong_lifetime", "Only depends() and resource() live as long as the app");
    const open = openResource(node.open(record));
    this.#open.push(open);
    return open.value;
  }
}

/** Whether a result has to be waited for. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

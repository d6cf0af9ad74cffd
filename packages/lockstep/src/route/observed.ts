/** The requests that an observer follows: each begins once, runs inside its observation, and is answered once. */
import { notify, surround } from "../callback.ts";
import type { HostRequest } from "../host/host.ts";
import { isPromise } from "../promise.ts";
import type { Observation, Observer } from "./observer.ts";
import type { AnswerEvent } from "./serving.ts";

type Piece = string | Uint8Array;

/** One request that an observer follows. */
export class Observed {
  readonly #observation: Observation;
  readonly #about: string;
  #isAnswered = false;

  constructor(observation: Observation, about: string) {
    this.#observation = observation;
    this.#about = about;
  }

  /** Runs a part of the request, and returns or throws what it does. */
  run<T>(act: () => T): T {
    return surround(`observe.run() failed on ${this.#about}`, (part) => this.#observation.run?.(part), act);
  }

  /** The pieces of a stream, each made inside the request: the host asks for them from outside. */
  pieces(body: AsyncIterable<Piece>): AsyncIterable<Piece> {
    return {
      [Symbol.asyncIterator]: () => {
        const pieces = this.run(() => body[Symbol.asyncIterator]());
        const ended = Promise.resolve({ done: true, value: undefined } as const);
        return { next: () => this.run(() => pieces.next()), return: () => this.run(() => pieces.return?.() ?? ended) };
      },
    };
  }

  /** The request is over. Only the first call counts: a host may have answered in another way than its exchange. */
  answered(event: AnswerEvent): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    notify(`observe.answered() failed on ${this.#about}`, () => this.#observation.answered(event));
  }
}

/** A request that begins, as its exchange or the dispatcher knows it. */
export interface BeginningRequest {
  readonly request: HostRequest;
  readonly requestId: string;
  readonly template: string | undefined;
}

/** The requests of one API that its observer follows. */
export class Observations {
  readonly #observer: Observer;
  // A host may answer itself after an exchange has begun: both belong to one request.
  readonly #begun = new WeakMap<HostRequest, Observed | undefined>();

  constructor(observer: Observer) {
    this.#observer = observer;
  }

  /** The observation of a request, which begins if it has not. `undefined` if the observer leaves it out. */
  of({ request, requestId, template }: BeginningRequest): Observed | undefined {
    if (this.#begun.has(request)) return this.#begun.get(request);
    const about = `${template ?? "(no route)"} (request ${requestId})`;
    let observed: Observed | undefined;
    notify(`observe.begin() failed on ${about}`, () => {
      const { method, secure } = request;
      const headers = (name: string): readonly string[] => request.headers(name);
      const begun: unknown = this.#observer.begin({ requestId, method, template, secure, headers });
      if (isPromise(begun)) return begun;
      // The compiler has checked the rest. Another record is reported when its functions are called.
      if (typeof begun === "object" && begun !== null) observed = new Observed(begun as Observation, about);
      return undefined;
    });
    this.#begun.set(request, observed);
    return observed;
  }
}

/** Every function that an application passes in, made to misbehave in every way, for the tests in process and over a socket. */
import { z } from "zod";
import {
  type Api,
  type ApiOptions,
  authenticate,
  body,
  createApi,
  get,
  httpBearer,
  post,
  resource,
  type Route,
  type Schema,
  stream,
  unchecked,
  text,
} from "../index.ts";

/** Represents input of a client: it must not appear on standard error. */
export const canary = "canary-of-a-client";

class Lost extends Error {
  override readonly name = "Lost";

  constructor() {
    super(canary);
  }
}

const unreadable = new Proxy(new Error(canary), {
  get: () => {
    throw new Lost();
  },
  getPrototypeOf: () => {
    throw new Lost();
  },
});

const raise = (thrown: unknown): never => {
  throw thrown;
};

/** The ways to misbehave. */
export const misbehaviours = {
  throws: () => raise(new Lost()),
  "throws a text": () => raise(canary),
  "throws what cannot be read": () => raise(unreadable),
  rejects: () => Promise.reject(new Lost()),
  "rejects a turn later": async () => {
    await new Promise((resolve) => setImmediate(resolve));
    throw new Lost();
  },
  "gives a thenable that throws": () => ({ then: () => raise(new Lost()) }),
  "gives NaN": () => Number.NaN,
  "gives a text": () => canary,
  "gives an object": () => ({}),
  "never settles": () => new Promise(() => {}),
} satisfies Record<string, () => unknown>;

/** A way to misbehave. */
export type Misbehaviour = keyof typeof misbehaviours;

const isFailure = (name: Misbehaviour): boolean => /throws|rejects/.test(name);

interface Place {
  /** An API whose callback does this; it also answers `GET /health`. */
  readonly api: (act: () => unknown, options?: Partial<ApiOptions>) => Api;
  readonly request: { readonly method: "GET" | "POST"; readonly body?: string };
  /** `none` if the answer needs a value that never comes. */
  readonly status: (name: Misbehaviour) => number | "none";
}

const user = authenticate({ token: httpBearer() }, () => undefined);
const member = get("/", { deps: { user } }, () => "in");
const faulty = get("/", { public: "test" }, () => {
  throw new Lost();
});

function api(route: Route, options: Partial<ApiOptions>): Api {
  const health = get("/health", { public: "test" }, () => "well");
  return createApi({ title: "t", version: "1", audit: () => {}, onError: () => {}, routes: [route, health], ...options });
}

/** A schema that describes an object and validates in its own way. */
function schema(validate: () => unknown): Schema<{ a: string }> {
  const described: Schema<{ a: string }> = z.object({ a: z.string() });
  return { "~standard": { ...described["~standard"], validate } } as Schema<{ a: string }>; // The test is about a wrong result.
}

const ofSchema = (name: Misbehaviour): number | "none" => (name === "never settles" ? "none" : 500);

/** The places where an application's functions are called. */
export const places: Readonly<Record<string, Place>> = {
  audit: { api: (audit, options) => api(member, { audit, ...options }), request: { method: "GET" }, status: () => 401 },
  onError: { api: (onError, options) => api(faulty, { onError, ...options }), request: { method: "GET" }, status: () => 500 },
  clock: {
    // The test is about a wrong result.
    api: (clock, options) => api(member, { clock: clock as () => number, ...options }),
    request: { method: "GET" },
    status: () => 401,
  },
  "the schema of a body": {
    api: (act, options) =>
      api(
        post("/", { public: "test", deps: { it: body(schema(act)) }, response: unchecked("a test") }, ({ it }) => ({ it })),
        options ?? {},
      ),
    request: { method: "POST", body: '{"a":"1"}' },
    status: ofSchema,
  },
  "the schema of a response": {
    api: (act, options) =>
      api(
        get("/", { public: "test", response: schema(act) }, () => ({ a: "1" })),
        options ?? {},
      ),
    request: { method: "GET" },
    status: ofSchema,
  },
  handler: {
    api: (act, options) => api(get("/", { public: "test", response: unchecked("a test") }, act), options ?? {}),
    request: { method: "GET" },
    status: (name) => (name === "never settles" ? "none" : isFailure(name) ? 500 : 200),
  },
};

/** Sources of a stream that break after a first piece, which is `a`. */
export const brokenSources: Readonly<Record<string, () => AsyncGenerator<string> | Generator<string>>> = {
  throws: function* () {
    yield "a";
    throw new Lost();
  },
  rejects: async function* () {
    yield "a";
    throw new Lost();
  },
  "yields an object": async function* () {
    yield "a";
    yield { toString: () => canary } as unknown as string; // What JavaScript may do.
  },
  "yields a number": function* () {
    yield "a";
    yield 1 as unknown as string; // What JavaScript may do.
  },
  "yields nothing": async function* () {
    yield "a";
    yield undefined as unknown as string; // What JavaScript may do.
  },
};

/** An API whose stream breaks. */
export function brokenStream(source: () => Iterable<string> | AsyncIterable<string>, options: Partial<ApiOptions> = {}): Api {
  return api(
    get("/", { public: "test", response: text("text/plain") }, () => stream(source(), { type: "text/plain" })),
    options,
  );
}

/** An API whose streams outlive their reader: `/` fails once the reader has left, `/silent` never yields a piece. */
export function leftStream(options: Partial<ApiOptions> = {}): { readonly api: Api; readonly left: Promise<void> } {
  const left = Promise.withResolvers<void>();
  const open = resource({}, function* () {
    try {
      yield true;
    } finally {
      left.resolve();
    }
  });
  const failing = async function* (): AsyncGenerator<string> {
    yield "a";
    await left.promise;
    throw new Lost();
  };
  const silent = async function* (): AsyncGenerator<string> {
    await new Promise(() => {});
    yield "never";
  };
  const spec = { public: "test", deps: { open }, response: text("text/plain") } as const;
  const routes = [
    get("/", spec, () => stream(failing(), { type: "text/plain" })),
    get("/silent", spec, () => stream(silent(), { type: "text/plain" })),
  ];
  const health = get("/health", { public: "test" }, () => "well");
  return { api: api(health, { ...options, routes: [...routes, health] }), left: left.promise };
}

/** Facts about a request that only the host knows: for throttling, audit records and lists of sessions. */
import { noObjectIds } from "../dependency/input-place.ts";
import type { Dependency } from "../dependency/dependency.ts";
import type { Source } from "../dependency/source.ts";
import { checkOptions } from "../problem/options.ts";
import { inputDependency } from "./input-dependency.ts";

/** How a request came. Nothing of it proves who is asking. */
export interface Connection {
  /** The `X-Request-Id` of the answer, which audit events have too. */
  readonly requestId: string;
  /** The client's address, as far as the host knows it: the peer's, or what proxies that the host trusts say of it. */
  readonly address: string | undefined;
  /** Whether the client's connection is encrypted. */
  readonly secure: boolean;
  /**
   * What the client calls itself (RFC 9110 §10.1.5): any text it likes, cut to 256 characters, without control characters,
   * invisible ones and broken surrogates, so it cannot write into a log or a terminal. `undefined` if none came, or two.
   */
  readonly userAgent: string | undefined;
  /**
   * Aborts if the client leaves before its answer is complete, if the server closes, or if the caller's access ends (a token
   * expires or is revoked, a guard would refuse by now). Pass it to what waits: `fetch(url, { signal })`, `events.on(bus, "x", {
   * signal })`. A stream learns at once that the server closes, another request at the end of the grace. Its `reason` is an
   * error.
   */
  readonly signal: AbortSignal;
}

const maxUserAgentLength = 256;

/** What a route needs to know of the connection. */
export interface ConnectionOptions {
  /**
   * Makes the start fail on a host that cannot tell the client's address (`client_address_unknown`). The text says how the API
   * can be used without it, and ends the message: "or set …". Default: the address may be `undefined`.
   */
  readonly addressOr?: string;
}

/** By what they do without an address. */
const made = new Map<string | undefined, Dependency<Connection>>();

/**
 * How a request arrived. It is not a parameter, is never invalid and is not documented; it is available before any guard runs.
 * Every call with the same options returns the same dependency.
 *
 * Even with `addressOr`, single requests may have no address, for example if a proxy does not send one.
 *
 * @throws BuildError `wrong_option`; `wrong_dependency` outside a request (`run()`), unless a value stands in for it
 *
 * @example
 * ```ts
 * post("/auth/token", { public: "signs in", deps: { connection: connection(), form: passwordRequestForm() } }, signIn);
 * ```
 */
export function connection(options: ConnectionOptions = {}): Dependency<Connection> {
  checkOptions("connection()", options, { addressOr: true });
  const { addressOr } = options;
  const known = made.get(addressOr);
  if (known !== undefined) return known;
  const need = addressOr === undefined ? {} : { addressOr };
  const place = { kind: "connection", name: "", schema: undefined, objectIds: noObjectIds, mediaTypes: [], ...need } as const;
  const dependency = inputDependency<Connection, never>(place, [], (source) => new RequestConnection(source));
  made.set(addressOr, dependency);
  return dependency;
}

/** Not a plain object: a copy of it into an answer or a log has no signal. */
class RequestConnection implements Connection {
  readonly requestId: string;
  readonly address: string | undefined;
  readonly secure: boolean;
  readonly userAgent: string | undefined;
  readonly #source: Source;

  constructor(source: Source) {
    const { request, requestId } = source;
    this.requestId = requestId;
    this.address = request.address;
    this.secure = request.secure;
    this.userAgent = userAgentOf(request.headers("user-agent"));
    this.#source = source;
    Object.freeze(this);
  }

  get signal(): AbortSignal {
    return this.#source.signal;
  }
}

function userAgentOf([text, ...others]: readonly string[]): string | undefined {
  if (text === undefined || others.length > 0) return undefined;
  // Cut first: the work is bounded, and a pair that the cut breaks is removed with the rest.
  const clean = text.slice(0, maxUserAgentLength).replace(/\p{C}/gu, "").trim();
  return clean === "" ? undefined : clean;
}

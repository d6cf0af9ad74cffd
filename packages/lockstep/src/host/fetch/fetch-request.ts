/** A web `Request` as the core sees it. */
import { addressIn } from "../forwarded.ts";
import type { HostRequest } from "../host.ts";

const none: readonly string[] = Object.freeze([]);
const noPieces: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
};

/** Facts about a request that the runtime or a proxy knows. */
export interface KnownOfRequest {
  readonly address?: string | undefined;
  readonly secure?: boolean | undefined;
  /** The path that the API is mounted under. A path that is not below it is one that no route has. */
  readonly basePath?: string | undefined;
  readonly id?: string | undefined;
}

/** The lazy accessor over a web `Request`. `Headers` joins repeated fields with a comma; schemes know that. */
export class FetchRequest implements HostRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly secure: boolean;
  readonly address: string | undefined;
  id: string | undefined;
  readonly #request: Request;

  constructor(request: Request, { address, secure, basePath = "", id }: KnownOfRequest = {}) {
    const url = request.url;
    const start = url.indexOf("/", url.indexOf("//") + 2);
    const mark = url.indexOf("?", start);
    const hash = url.indexOf("#", start);
    const end = hash === -1 ? url.length : hash;
    const hasQuery = mark !== -1 && mark < end;
    this.method = request.method;
    this.path = below(basePath, url.slice(start, hasQuery ? mark : end));
    this.query = hasQuery ? url.slice(mark + 1, end) : "";
    this.secure = secure ?? url.startsWith("https:");
    this.address = addressIn(address);
    this.id = id;
    this.#request = request;
  }

  get isGone(): boolean {
    return this.#request.signal.aborted;
  }

  whenGone(listener: () => void): void {
    this.#request.signal.addEventListener("abort", listener, { once: true });
  }

  certificate(): undefined {
    return undefined;
  }

  headers(name: string): readonly string[] {
    const value = this.#request.headers.get(name);
    return value === null ? none : [value];
  }

  /**
   * Leaving the loop does not cancel the stream: a server that makes a `Request` of its own message would close the connection
   * before the answer is written. It knows when the answer is written, and ends the rest then.
   */
  body(): AsyncIterable<Uint8Array> {
    return this.#request.body?.values({ preventCancel: true }) ?? noPieces;
  }
}

/** No route has an empty segment, so nothing answers what is not below the base. */
function below(basePath: string, path: string): string {
  if (basePath === "") return path;
  if (!path.startsWith(basePath)) return "//";
  const rest = path.slice(basePath.length);
  return rest === "" ? "/" : rest.startsWith("/") ? rest : "//";
}

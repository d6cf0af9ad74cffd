/** A web `Request` as the core sees it. */
import type { HostRequest } from "../host.ts";
import { Problem } from "../../problem/problem.ts";
import { cutShort, tooLarge } from "../body.ts";

const none: readonly string[] = Object.freeze([]);

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
  readonly id: string | undefined;
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
    this.address = address;
    this.id = id;
    this.#request = request;
  }

  get isGone(): boolean {
    return this.#request.signal.aborted;
  }

  certificate(): undefined {
    return undefined;
  }

  headers(name: string): readonly string[] {
    const value = this.#request.headers.get(name);
    return value === null ? none : [value];
  }

  async body(maxBytes: number): Promise<Uint8Array> {
    const stream = this.#request.body;
    if (stream === null) return new Uint8Array();
    if (Number(this.#request.headers.get("content-length") ?? 0) > maxBytes) {
      await stream.cancel();
      throw tooLarge();
    }
    try {
      return await read(stream, maxBytes);
    } catch (error) {
      throw error instanceof Problem ? error : cutShort(error);
    }
  }
}

async function read(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    // Leaving the loop cancels the stream.
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return joined(chunks, size);
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const all = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

/** No route has an empty segment, so nothing answers what is not below the base. */
function below(basePath: string, path: string): string {
  if (basePath === "") return path;
  if (!path.startsWith(basePath)) return "//";
  const rest = path.slice(basePath.length);
  return rest === "" ? "/" : rest.startsWith("/") ? rest : "//";
}

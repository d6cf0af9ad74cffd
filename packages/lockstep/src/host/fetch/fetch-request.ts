/** A web `Request` as the core sees it. */
import type { HostRequest } from "../host.ts";
import { ownProblem } from "../../problem/problem.ts";

const none: readonly string[] = Object.freeze([]);

/** The lazy accessor over a web `Request`. `Headers` joins repeated fields with a comma; schemes know that. */
export class FetchRequest implements HostRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly secure: boolean;
  readonly address: string | undefined;
  readonly #request: Request;

  constructor(request: Request, address: string | undefined) {
    const url = request.url;
    const start = url.indexOf("/", url.indexOf("//") + 2);
    const mark = url.indexOf("?", start);
    const hash = url.indexOf("#", start);
    const end = hash === -1 ? url.length : hash;
    const hasQuery = mark !== -1 && mark < end;
    this.method = request.method;
    this.path = url.slice(start, hasQuery ? mark : end);
    this.query = hasQuery ? url.slice(mark + 1, end) : "";
    this.secure = url.startsWith("https:");
    this.address = address;
    this.#request = request;
  }

  certificate(): undefined {
    return undefined;
  }

  header(name: string): string | undefined {
    return this.#request.headers.get(name) ?? undefined;
  }

  headers(name: string): readonly string[] {
    const value = this.#request.headers.get(name);
    return value === null ? none : [value];
  }

  async body(maxBytes: number): Promise<Uint8Array> {
    const stream = this.#request.body;
    if (stream === null) return new Uint8Array();
    const declared = Number(this.#request.headers.get("content-length") ?? 0);
    if (declared > maxBytes) throw await tooLarge(stream);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of stream) {
      size += chunk.length;
      // Leaving the loop cancels the stream.
      if (size > maxBytes) throw ownProblem(413, "too_large", "The body is too large.");
      chunks.push(chunk);
    }
    return joined(chunks, size);
  }
}

async function tooLarge(stream: ReadableStream): Promise<Error> {
  await stream.cancel();
  return ownProblem(413, "too_large", "The body is too large.");
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

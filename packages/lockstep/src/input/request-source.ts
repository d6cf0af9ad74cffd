/** The inputs of one request over HTTP: parsed when first asked for, and at most once. */
import type { Source, Content } from "../dependency/source.ts";
import type { HostRequest } from "../host/host.ts";
import { readWhole, RequestBody } from "../host/request-body.ts";
import { BuildError, LockstepError } from "../problem/error.ts";
import { ownProblem } from "../problem/problem.ts";
import { AnswerAdditions } from "../outcome/answer-additions.ts";
import { LaterWork } from "../outcome/later-work.ts";
import { parseCookies } from "./cookies.ts";
import { decodeUtf8, parseJson } from "./json.ts";
import type { InputLimits } from "./limits.ts";
import { parseUrlencoded } from "./urlencoded.ts";

type Values = ReadonlyMap<string, readonly string[]>;

/** What the route of a request is read with. */
interface SourceRoute {
  readonly limits: InputLimits;
  readonly ownOrigins?: ReadonlySet<string> | undefined;
}

/** One is made for every request, so the constructor only stores its arguments. */
export class RequestSource implements Source {
  readonly request: HostRequest;
  readonly params: Readonly<Record<string, string>>;
  readonly requestId: string;
  readonly #route: SourceRoute;
  #query: Values | undefined;
  #cookies: Values | undefined;
  #content: Promise<Content> | undefined;
  #additions: AnswerAdditions | undefined;
  #body: RequestBody | undefined;
  #later: LaterWork | undefined;
  readonly #signal: () => AbortSignal;
  #texts: string[] | undefined;

  /** `signal` makes the request's signal. */
  constructor(
    request: HostRequest,
    params: Readonly<Record<string, string>>,
    route: SourceRoute,
    requestId: string,
    signal: () => AbortSignal,
  ) {
    this.#signal = signal;
    this.request = request;
    this.params = params;
    this.#route = route;
    this.requestId = requestId;
  }

  get limits(): InputLimits {
    return this.#route.limits;
  }

  get ownOrigins(): ReadonlySet<string> | undefined {
    return this.#route.ownOrigins;
  }

  get signal(): AbortSignal {
    return this.#signal();
  }

  /** The same request, for guards that run again. */
  again(): RequestSource {
    return new RequestSource(this.request, this.params, this.#route, this.requestId, this.#signal);
  }

  /** All values of each query parameter. @throws Problem 400 `malformed_request`, 413 `too_many` */
  query(): Values {
    this.#query ??= parseUrlencoded(this.request.query, this.limits.maxParameters);
    return this.#query;
  }

  /** All values of each cookie. @throws Problem 413 `too_many` */
  cookies(): Values {
    this.#cookies ??= parseCookies(this.request.headers("cookie"), this.limits.maxCookies);
    return this.#cookies;
  }

  /** Reads the body once, within the limit. @throws Problem 413 `too_large` */
  content(): Promise<Content> {
    this.#content ??= this.#readContent();
    return this.#content;
  }

  /** What dependencies add to the answer, made for the first that asks. */
  additions(): AnswerAdditions {
    return (this.#additions ??= new AnswerAdditions());
  }

  /** What dependencies have added to the answer, if any can. */
  get added(): AnswerAdditions | undefined {
    return this.#additions;
  }

  /** The work for after the answer, made for the first that asks. */
  laterWork(): LaterWork {
    return (this.#later ??= new LaterWork());
  }

  /** The work for after the answer, if any dependency can ask for some. */
  get later(): LaterWork | undefined {
    return this.#later;
  }

  async #readContent(): Promise<Content> {
    return new RequestContent(await readWhole(this.pieces(this.limits.maxBodyBytes)), this.limits);
  }

  /** The body in pieces. @throws Problem 413 `too_large`; BuildError `wrong_input` */
  pieces(maxBytes: number): RequestBody {
    if (this.#body !== undefined) throw new BuildError("wrong_input", "Read the body with one input: another one has read it");
    this.#body = new RequestBody(this.request, maxBytes);
    return this.#body;
  }

  remember(...texts: readonly string[]): void {
    (this.#texts ??= []).push(...texts);
  }

  /** The texts of a body that was read in pieces, as far as its input remembered them. */
  get remembered(): readonly string[] {
    return this.#texts ?? [];
  }

  end(): void {
    this.#body?.end();
  }

  /**
   * The error of the body, if an error was thrown because of it: code that stores a body may wrap the error that it met while it
   * read. A body that is too large, or that does not arrive, is not an error of the application.
   */
  blamed(error: unknown): unknown {
    const failure = this.#body?.failure;
    if (failure === undefined || error instanceof LockstepError) return error;
    let cause = error;
    for (let depth = 0; depth < 8 && cause instanceof Error; depth += 1) {
      if (cause === failure) return failure;
      cause = cause.cause;
    }
    return error;
  }
}

class RequestContent implements Content {
  readonly raw: Uint8Array;
  readonly #limits: InputLimits;
  /** Boxed, since JSON may be anything. */
  #json: { readonly value: unknown } | undefined;
  #form: Values | undefined;

  constructor(raw: Uint8Array, limits: InputLimits) {
    this.raw = raw;
    this.#limits = limits;
  }

  json(): unknown {
    this.#json ??= { value: parseJson(this.raw, this.#limits) };
    return this.#json.value;
  }

  form(): Values {
    this.#form ??= parseForm(this.raw, this.#limits.maxParameters);
    return this.#form;
  }
}

function parseForm(raw: Uint8Array, maxPairs: number): Values {
  const text = decodeUtf8(raw);
  if (text === undefined) throw ownProblem(400, "malformed_request", "The form is not valid percent-encoded UTF-8.");
  return parseUrlencoded(text, maxPairs);
}

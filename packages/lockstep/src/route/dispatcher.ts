/** What hosts talk to: it matches, begins exchanges, and answers if no route does. */
import type { HostedApi, HostKnowledge, HostMatch, HostRequest, HostResponse, Unmatched } from "../host/host.ts";
import { malformedPath, methodNotAllowed, nothingFound } from "../outcome/answer.ts";
import { BuildError } from "../problem/error.ts";
import type { Answer } from "../problem/problem.ts";
import { auditOfThrown } from "./audited.ts";
import type { CompiledRoute } from "./compiled-route.ts";
import { once } from "../callback.ts";
import { Exchange } from "./exchange.ts";
import { Router } from "./match.ts";
import { requestIdOf } from "./request-id.ts";
import { type AnswerContext, baseHeaders, respondProblem } from "./respond.ts";
import { ServedRoute } from "./served-route.ts";
import type { Serving } from "./serving.ts";

/** The routes of an API, served. */
export class Dispatcher implements HostedApi<ServedRoute> {
  readonly routes: readonly ServedRoute[];
  readonly #router: Router<ServedRoute>;
  readonly #serving: Serving;
  readonly #addressNeed: AddressNeed | undefined;

  /** @throws BuildError `duplicate_route`, `wrong_option`, `wrong_schema` */
  constructor(routes: readonly CompiledRoute[], serving: Serving) {
    this.routes = routes.map((route) => new ServedRoute(route, serving));
    this.#router = new Router(this.routes);
    this.#serving = serving;
    this.#addressNeed = addressNeedOf(routes);
  }

  get needsClientAddress(): boolean {
    return this.#addressNeed !== undefined;
  }

  checkHost({ clientAddress, webSockets = false }: HostKnowledge): void {
    const socket = this.routes.find(({ isWebSocket }) => isWebSocket);
    if (socket !== undefined && !webSockets)
      throw new BuildError(
        "websocket_unsupported",
        `${socket.label}: serve the API with Fastify or another host that opens WebSockets: this one cannot`,
      );
    if (this.#addressNeed === undefined || clientAddress === true) return;
    const { label, otherwise } = this.#addressNeed;
    throw new BuildError(
      "client_address_unknown",
      `${label}: ${clientAddress.unknown}, or ${otherwise}: nobody tells the client's address`,
    );
  }

  match(method: string, path: string): HostMatch<ServedRoute> {
    return this.#router.match(method, path);
  }

  closing(graceSeconds: number): Promise<void> {
    return this.#serving.open.close(graceSeconds);
  }

  requestId(request: Pick<HostRequest, "headers">): string {
    return requestIdOf(request, this.#serving.requestIdHeader);
  }

  labelOf(request: HostRequest): string {
    return this.#routeOf(request)?.label ?? "(no route)";
  }

  #routeOf({ method, path }: HostRequest): ServedRoute | undefined {
    const match = this.match(method, path);
    return match.kind === "route" ? match.route : undefined;
  }

  exchange(route: ServedRoute, request: HostRequest, params: Readonly<Record<string, string>>): Exchange {
    return new Exchange(route, request, params);
  }

  handle(request: HostRequest): HostResponse | Promise<HostResponse> {
    const match = this.match(request.method, request.path);
    if (match.kind !== "route") return this.unmatched(match, request);
    const exchange = this.exchange(match.route, request, match.params);
    const begun = exchange.begin();
    if (begun instanceof Promise) return begun.then((response) => response ?? exchange.finish());
    return begun ?? exchange.finish();
  }

  unmatched(match: Unmatched, request: HostRequest): HostResponse {
    if (match.kind !== "method" || request.method !== "OPTIONS") return this.refuse(answerTo(match), request);
    const context = this.#context(request);
    const headers = { ...baseHeaders(context), allow: match.allow.join(", ") };
    context.cors?.addPreflight(headers, request, match.allow, this.#asked(request));
    return this.#outgoing({ status: 204, headers, body: undefined }, context);
  }

  report(error: unknown, about: { readonly requestId: string; readonly route: string }): void {
    const details = auditOfThrown(error, "the answer", []);
    if (details === undefined) return;
    this.#serving.audit.report(details, { ...about, subjects: [] });
    if (details.type === "error.unexpected") this.#serving.onError(error, { ...about, subject: undefined });
  }

  refuse(answer: Answer, request: HostRequest): HostResponse {
    const context = this.#context(request);
    return this.#outgoing(respondProblem(answer, undefined, context), context, answer.code);
  }

  /** The route of the method that a preflight asks for. */
  #asked(request: HostRequest): CompiledRoute | undefined {
    const match = this.match(request.headers("access-control-request-method")[0] ?? "", request.path);
    return match.kind === "route" ? match.route.compiled : undefined;
  }

  /** Lets the host tell when the answer was sent, if anybody wants to know. */
  #outgoing(response: HostResponse, { request, requestId }: AnswerContext, code?: string): HostResponse {
    const { onAnswer, observations } = this.#serving;
    const observed = observations?.of({ request, requestId, template: this.#routeOf(request)?.template });
    if (onAnswer === undefined && observed === undefined) return response;
    const startedAtMs = performance.now();
    const sent = (): void => {
      const { method } = request;
      const durationMs = performance.now() - startedAtMs;
      const event = { ...undecided, requestId, route: this.labelOf(request), method, status: response.status, code, durationMs };
      onAnswer?.(event);
      observed?.answered(event);
    };
    return { ...response, sent: once(sent) };
  }

  /** The context of an answer that does not come from a route. */
  #context(request: HostRequest): AnswerContext {
    const { strictTransport, cors } = this.#serving;
    return { request, requestId: requestIdOf(request, this.#serving.requestIdHeader), isPrivate: false, strictTransport, cors };
  }
}

/** The members of an event whose answer does not come from a route. */
const undecided = {
  subject: undefined,
  subjectKind: undefined,
  actor: undefined,
  schemes: [],
  access: undefined,
  refusedBy: undefined,
  error: undefined,
  brokenOff: undefined,
} as const;

/** A route that needs the client's address, and how to do without it. */
interface AddressNeed {
  readonly label: string;
  readonly otherwise: string;
}

function addressNeedOf(routes: readonly CompiledRoute[]): AddressNeed | undefined {
  for (const { label, nodes } of routes)
    for (const node of nodes)
      if (node.kind === "input" && node.input.addressOr !== undefined) return { label, otherwise: node.input.addressOr };
  return undefined;
}

function answerTo(match: Unmatched): Answer {
  if (match.kind === "method") return methodNotAllowed(match.allow);
  return match.kind === "malformed" ? malformedPath : nothingFound;
}

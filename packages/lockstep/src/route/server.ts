/** What hosts talk to: it matches, begins exchanges and answers what no route does. */
import type { HostRequest, HostResponse } from "../host/host.ts";
import { malformedPath, methodNotAllowed, nothingFound } from "../outcome/answer.ts";
import type { Answer } from "../problem/problem.ts";
import { auditOfThrown } from "./audited.ts";
import type { CompiledRoute } from "./compiled-route.ts";
import { Exchange } from "./exchange.ts";
import { type Match, Router } from "./match.ts";
import { baseHeaders, respondProblem } from "./respond.ts";
import { ServedRoute, type Serving } from "./served-route.ts";

/** The routes of an API, served. */
export class Server {
  readonly routes: readonly ServedRoute[];
  readonly #served: ReadonlyMap<CompiledRoute, ServedRoute>;
  readonly #router: Router;
  readonly #serving: Serving;

  /** @throws BuildError `duplicate_route`, `wrong_option`, `wrong_schema` */
  constructor(routes: readonly CompiledRoute[], serving: Serving) {
    this.routes = routes.map((route) => new ServedRoute(route, serving));
    this.#served = new Map(this.routes.map((served) => [served.compiled, served]));
    this.#router = new Router(routes);
    this.#serving = serving;
  }

  /** Which route a method and an undecoded path lead to. */
  match(method: string, path: string): Match {
    return this.#router.match(method, path);
  }

  /** The route of a request as it was declared, `GET /notes/:id`, for those who report about it. */
  labelOf({ method, path }: HostRequest): string {
    const match = this.match(method, path);
    return match.kind === "route" ? `${match.route.method} ${match.route.template}` : "(no route)";
  }

  /** Starts the exchange of a matched route. */
  exchange(route: CompiledRoute, request: HostRequest, params: Readonly<Record<string, string>>): Exchange {
    const served = this.#served.get(route);
    if (served === undefined) throw new TypeError("The route belongs to another API");
    return new Exchange(served, request, params);
  }

  /** Answers a request from beginning to end. */
  handle(request: HostRequest): HostResponse | Promise<HostResponse> {
    const match = this.match(request.method, request.path);
    if (match.kind !== "route") return this.unmatched(match, request);
    const exchange = this.exchange(match.route, request, match.params);
    const begun = exchange.begin();
    if (begun instanceof Promise) return begun.then((response) => response ?? exchange.finish());
    return begun ?? exchange.finish();
  }

  /** The answer where no route answers: 404, 405, 400, or to OPTIONS the methods there are. No credential is read. */
  unmatched(match: Exclude<Match, { kind: "route" }>, request: HostRequest): HostResponse {
    const context = { request, requestId: crypto.randomUUID(), isPrivate: false };
    if (match.kind === "method" && request.method === "OPTIONS") {
      return { status: 204, headers: { ...baseHeaders(context), allow: match.allow.join(", ") }, body: undefined };
    }
    return respondProblem(answerTo(match), undefined, context);
  }

  /** Reports an error that a host met while it answered, as one of a handler is reported. It throws nothing. */
  report(error: unknown, about: { readonly requestId: string; readonly route: string }): void {
    const details = auditOfThrown(error, "the answer", []);
    if (details === undefined) return;
    this.#serving.audit.report(details, { ...about, subjects: [] });
    if (details.type === "error.unexpected") this.#serving.onError(error, about);
  }

  /** The answer to a request that the host itself cannot take. */
  refuse(problem: Answer, request: HostRequest): HostResponse {
    return respondProblem(problem, undefined, { request, requestId: crypto.randomUUID(), isPrivate: false });
  }
}

function answerTo(match: Exclude<Match, { kind: "route" }>): Answer {
  if (match.kind === "method") return methodNotAllowed(match.allow);
  return match.kind === "malformed" ? malformedPath : nothingFound;
}

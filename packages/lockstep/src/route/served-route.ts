/** A route with everything that serving it needs, gathered once at start-up. */
import type { ChallengeDetails } from "../dependency/scheme-definition.ts";
import type { AuditReporter } from "../audit/reporter.ts";
import type { AppValues } from "../dependency/app-values.ts";
import type { SchemeNode } from "../dependency/node.ts";
import type { Plan } from "../dependency/plan.ts";
import { type InputLimits, inputLimits } from "../input/limits.ts";
import type { AnySchema } from "../schema/schema.ts";
import type { CompiledRoute } from "./compiled-route.ts";
import { type ResultShape, resultShape } from "./result-shape.ts";
import { checkSendable, plainResult } from "./sendable.ts";
import type { Success } from "./success.ts";
import { uncheckedReason } from "./unchecked.ts";
import type { RouteDefinition } from "./route.ts";

/** Where an error happened. */
export interface ErrorOrigin {
  readonly requestId: string;
  /** The route, as declared: `GET /notes/:id`. */
  readonly route: string;
}

/** Called with an error that nothing expected, for the application's log. It may be asynchronous; no answer waits for it. */
export type ErrorListener =
  | ((error: unknown, about: ErrorOrigin) => void)
  | ((error: unknown, about: ErrorOrigin) => Promise<void>);

/** What all routes of an API share. */
export interface Serving {
  readonly realm: string;
  /** Where the protected-resource metadata is (RFC 9728 §5.1). */
  readonly resourceMetadata: string | undefined;
  readonly limits: InputLimits;
  /** The origins of the application's own pages, exact. */
  readonly origins: ReadonlySet<string>;
  /** The origins that the API itself has. */
  readonly ownOrigins: ReadonlySet<string>;
  readonly audit: AuditReporter;
  readonly app: AppValues;
  /** Never throws. */
  readonly onError: (error: unknown, about: ErrorOrigin) => void;
}

/** A route, served. */
export class ServedRoute {
  readonly compiled: CompiledRoute;
  readonly definition: RouteDefinition;
  readonly plan: Plan;
  /** `GET /notes/:id`. */
  readonly label: string;
  readonly limits: InputLimits;
  readonly origins: ReadonlySet<string>;
  readonly ownOrigins: ReadonlySet<string>;
  readonly audit: AuditReporter;
  readonly app: AppValues;
  readonly onError: (error: unknown, about: ErrorOrigin) => void;
  readonly successes: readonly Success[];
  readonly #shapes: ReadonlyMap<number | undefined, ResultShape>;
  readonly #about: Pick<ChallengeDetails, "realm" | "resourceMetadata">;
  readonly #challenges = new Map<string, readonly string[]>();

  /** @throws BuildError `wrong_option`, `wrong_schema`, `wrong_scheme` */
  constructor(compiled: CompiledRoute, serving: Serving) {
    const { definition } = compiled;
    this.compiled = compiled;
    this.definition = definition;
    this.plan = compiled.plan;
    this.label = `${compiled.method} ${compiled.template}`;
    this.limits =
      definition.maxBodyBytes === undefined
        ? serving.limits
        : inputLimits({ maxBodyBytes: definition.maxBodyBytes }, serving.limits);
    this.origins = serving.origins;
    this.ownOrigins = serving.ownOrigins;
    this.audit = serving.audit;
    this.app = serving.app;
    this.onError = serving.onError;
    this.successes = definition.successes;
    const where = `the response of ${this.label}`;
    this.#shapes = new Map([
      [undefined, shapeOf(undefined, where)],
      ...definition.successes.map((success) => [success.status, shapeOf(success.schema, where)] as const),
    ]);
    const { realm, resourceMetadata } = serving;
    this.#about = resourceMetadata === undefined ? { realm } : { realm, resourceMetadata };
    // A challenge that cannot be written is a mistake of the configuration, and is met here rather than by the first caller.
    this.challenges(this.plan.schemes, {});
  }

  /**
   * Checks a result that is sent as JSON, and cuts it to what the route declares for the status; an error that a handler replies with, to
   * what it declares first.
   *
   * @throws BuildError `wrong_result`
   */
  shape(result: unknown, status: number): unknown {
    return (this.#shapes.get(status) ?? this.#shapes.get(this.successes[0]?.status))?.(result);
  }

  /** The challenges of some of this route's schemes, each combination made once. */
  challenges(schemes: readonly SchemeNode[], details: Omit<ChallengeDetails, "realm" | "resourceMetadata">): readonly string[] {
    const key = `${schemes.map((node) => this.plan.schemes.indexOf(node)).join()} ${details.error ?? ""} ${details.scope ?? ""}`;
    const made = this.#challenges.get(key) ?? schemes.map(({ scheme }) => scheme.challenge({ ...details, ...this.#about }));
    this.#challenges.set(key, made);
    return made;
  }
}

/** What a route makes of its handler's result. */
function shapeOf(response: AnySchema | undefined, where: string): ResultShape {
  const isOpen = uncheckedReason(response) !== undefined;
  const shape = response === undefined ? (result: unknown) => plainResult(result, where) : resultShape(response, where);
  return (result) => {
    checkSendable(result, where);
    return isOpen ? result : shape(result);
  };
}

/** A route with everything that serving it needs, gathered once at start-up. */
import { notify } from "../callback.ts";
import type { SchemeNode } from "../dependency/node.ts";
import type { ChallengeDetails, CheckedScheme } from "../dependency/scheme-definition.ts";
import type { HostedRoute } from "../host/host.ts";
import { type InputLimits, inputLimits } from "../input/limits.ts";
import { problemsByStatus, type StatusProblems } from "../problem/declared-problems.ts";
import { BuildError } from "../problem/error.ts";
import { isProofError } from "../problem/invalid-proof.ts";
import { codesOfStatus, oauthCodeOf } from "../problem/oauth-error.ts";
import type { Answer } from "../problem/problem.ts";
import type { CompiledRoute } from "./compiled-route.ts";
import type { Asked, Content, ContentWriter } from "./content.ts";
import type { DeclaredAnswer } from "./declared-answer.ts";
import type { Serving } from "./serving.ts";

/** A compiled route of an API that is served. */
export class ServedRoute implements HostedRoute {
  readonly compiled: CompiledRoute;
  readonly serving: Serving;
  readonly limits: InputLimits;
  readonly #writers: ReadonlyMap<DeclaredAnswer, ContentWriter>;
  readonly #about: Pick<ChallengeDetails, "realm" | "resourceMetadata">;
  readonly #challenges = new Map<string, readonly string[]>();
  readonly #problems: ReadonlyMap<number, StatusProblems>;

  /** @throws BuildError `wrong_option`, `wrong_schema`, `wrong_scheme` */
  constructor(compiled: CompiledRoute, serving: Serving) {
    const { maxBodyBytes } = compiled.definition;
    this.compiled = compiled;
    this.serving = serving;
    this.limits = maxBodyBytes === undefined ? serving.limits : inputLimits({ maxBodyBytes }, serving.limits);
    const where = `the response of ${this.label}`;
    this.#writers = new Map(
      this.answers.flatMap((answer) => (answer.content === undefined ? [] : [[answer, answer.content.writer(where)] as const])),
    );
    this.#problems = problemsByStatus([
      ...(serving.translations?.problems ?? []),
      ...compiled.nodes.map((node) => node.problems),
      compiled.definition.problems,
    ]);
    const { realm, resourceMetadata } = serving;
    this.#about = resourceMetadata === undefined ? { realm } : { realm, resourceMetadata };
    // A challenge that cannot be written is a mistake of the configuration: it fails here, and not at the first caller.
    for (const { scheme } of compiled.plan.schemes) {
      if (scheme.freshChallenge !== true) scheme.challenge(this.#about);
      checkAddresses(scheme, serving);
    }
  }

  get method(): HostedRoute["method"] {
    return this.compiled.method;
  }

  get template(): string {
    return this.compiled.template;
  }

  /** The origins that the API says it has. */
  get ownOrigins(): ReadonlySet<string> {
    return this.serving.ownOrigins;
  }

  get isWebSocket(): boolean {
    return this.compiled.definition.socket !== undefined;
  }

  /** What the route declares. */
  get answers(): readonly DeclaredAnswer[] {
    return this.compiled.definition.answers;
  }

  /** `GET /notes/:id`. */
  get label(): string {
    return this.compiled.label;
  }

  /** @throws BuildError `wrong_result`, `secret_in_response` */
  write(answer: DeclaredAnswer, result: unknown, asked: Asked): Content | Promise<Content> {
    const writer = this.#writers.get(answer);
    if (writer === undefined) throw new TypeError("The answer is not one of this route with content");
    return writer(result, asked);
  }

  /**
   * The developer's mistake, if a problem has a code that the document does not list. The problem is sent all the same: it
   * refuses as the application wanted, and programs repeat a request that failed with 500.
   */
  undeclared(problem: Answer): BuildError | undefined {
    const { status } = problem;
    const { errors } = this.compiled.definition;
    const code = errors === "oauth" ? oauthCodeOf(problem) : problem.code;
    const said = this.#problems.get(status);
    if (said === undefined || said.text !== undefined || said.codes.has(code)) return undefined;
    if (codesOfStatus(status, errors).includes(code)) return undefined;
    return new BuildError(
      "wrong_result",
      `declare { problems: { ${status}: { ${code}: "…" } } }: the document of ${this.label} lists ${[...said.codes.keys()].join(", ")}, and the problem is another`,
    );
  }

  /**
   * The challenges of some of this route's schemes, each combination made once. They name the scopes of the route, unless the
   * details name others. One that has to be fresh is made each time.
   */
  challenges(schemes: readonly SchemeNode[], details: Omit<ChallengeDetails, "realm" | "resourceMetadata">): readonly string[] {
    const indexes = schemes.map((node) => this.compiled.plan.schemes.indexOf(node));
    const { error = "", scope = "", acrValues = "", maxAgeSeconds = "" } = details;
    // The description follows from the others.
    const key = [indexes.join(), error, scope, acrValues, maxAgeSeconds].join("\n");
    const known = this.#challenges.get(key);
    if (known !== undefined) return known;
    const made = schemes.flatMap((node) => this.#challenge(node, { ...this.#scopesOf(node), ...details, ...this.#about }));
    if (schemes.some(({ scheme }) => scheme.freshChallenge === true)) return made;
    this.#challenges.set(key, made);
    return made;
  }

  /** The scopes that a client should ask its issuer for, also if it has no token yet (RFC 6750 §3). */
  #scopesOf(node: SchemeNode): Pick<ChallengeDetails, "scope"> {
    const scopes = this.compiled.plan.scopes.get(node);
    return scopes === undefined ? {} : { scope: scopes.join(" ") };
  }

  /** The challenges of a scheme. If they cannot be made, that is reported, and the answer is sent without them. */
  #challenge({ scheme }: SchemeNode, details: ChallengeDetails): readonly string[] {
    const made: string[] = [];
    const isForeign = isProofError(details.error) && scheme.sender?.method !== "dpop";
    const told: ChallengeDetails = isForeign ? { ...details, error: "invalid_token" } : details;
    notify(
      `The challenge of the scheme "${scheme.name}" failed on ${this.label}`,
      () => void made.push(...[scheme.challenge(told)].flat()),
    );
    return made;
  }
}

/** A proof names an address, and an API that does not know its own could compare it only with headers of the client. */
function checkAddresses({ name, sender }: CheckedScheme, { ownOrigins }: Serving): void {
  if (sender?.method !== "dpop" || sender.knowsAddresses === true || ownOrigins.size > 0) return;
  throw new BuildError(
    "wrong_option",
    `createApi(): set servers: [{ url: "https://api.example.com" }], or baseUrls of dpop(): proofs for the scheme "${name}" name the address of the API`,
  );
}

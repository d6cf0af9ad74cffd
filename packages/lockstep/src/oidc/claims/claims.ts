/** `claims()`: from the claims of a verified token to a principal, its roles and its scopes, in one place. */
import { authenticate } from "../../access/authenticate.ts";
import type { AnyDependency, Dependency } from "../../dependency/dependency.ts";
import type { Fact, NamesOf } from "../../dependency/fact.ts";
import { dependency, type Node } from "../../dependency/node.ts";
import type { Identified } from "../../outcome/identified.ts";
import { BuildError } from "../../problem/error.ts";
import { checkOptions } from "../../problem/options.ts";
import type { Redacted } from "../../secret/redacted.ts";
import type { Claims } from "../../token/claims.ts";
import type { ClaimsOf, SchemeCheck } from "../../token/claims-dependency.ts";
import { type Caller, callerOf, type ClaimsMap } from "./caller.ts";
import { checkTexts } from "./setting.ts";

/** Anything that verifies tokens, such as a `JwtVerifier`. */
export interface ClaimsIssuer {
  readonly claims: ClaimsOf;
}

/** The options of `claims()`. */
export interface ClaimsOptions<R extends string = string> {
  /** The verifier of the tokens. */
  readonly issuer: ClaimsIssuer;
  /** The map of the issuer, for example `keycloak({ client: "notes" })`; `byIssuer({ … })` if there are several issuers. */
  readonly map: ClaimsMap;
  /** The roles of this application. Other roles in a token are left out. Default: all are kept, as texts. */
  readonly roles?: readonly R[];
}

/** A scheme whose credential is the token. */
type TokenScheme<F extends Fact> = Dependency<Redacted<string>, F> & SchemeCheck<F>;

/** The facts of a caller: the scopes that a scheme declares have to be asked for. */
type FactsOfCaller<F extends Fact> =
  | F
  | "authenticated"
  | "scoped"
  | ([NamesOf<F, "scope">] extends [never] ? never : "scopes-unasked");

/** The callers of an issuer; made by `claims()`. */
export interface Callers<out R extends string = string> {
  /**
   * The caller, authenticated: a dependency that opens routes. The answer to a token that the map does not know is 401, and the
   * audit event names the claim. The same scheme has the same dependency.
   *
   * @throws BuildError `wrong_dependency` if it is not given a security scheme
   */
  readonly authenticate: <F extends Fact>(scheme: TokenScheme<F>) => Dependency<Caller<R>, FactsOfCaller<F>>;
  /**
   * The caller and its grants, for an `authenticate()` of your own: one that looks the caller up, for example. It opens no route.
   * Return it, or `identified(account, caller.grants)`.
   *
   * @throws BuildError `wrong_dependency` if it is not given a security scheme
   */
  readonly of: <F extends Fact>(scheme: TokenScheme<F>) => Dependency<Identified<Caller<R>>, F>;
}

/**
 * Makes principals of the tokens of an issuer. The map says which claims hold the subject, the roles and the scopes.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * const callers = claims({ issuer: accessTokens, map: keycloak({ client: "notes" }), roles: ["admin", "user"] });
 * export const currentUser = callers.authenticate(token);
 * ```
 */
export function claims<const R extends string = string>(options: ClaimsOptions<R>): Callers<R> {
  checkOptions<ClaimsOptions>("claims()", options, { issuer: true, map: true, roles: true });
  const { issuer, map, roles } = options;
  if (!hasFunction(issuer, "claims")) {
    throw new BuildError("wrong_option", "claims(): set issuer to a verifier, for example jwtVerifier({ … })");
  }
  if (!hasFunction(map, "read")) {
    throw new BuildError("wrong_option", 'claims(): set map to a claims map, for example keycloak({ client: "notes" })');
  }
  const known = roles && new Set<string>(checkTexts("claims()", "roles", roles));
  // Requests with the same token share its verified claims, and so also the caller made from them.
  const callers = new WeakMap<Claims, Identified<Caller>>();
  const { of, authenticateBy } = dependenciesOf(issuer, (verified) => {
    const caller = callers.get(verified) ?? callerOf(map, verified, known);
    callers.set(verified, caller);
    return caller;
  });
  // The facts and the value of both are those that the types say: `callerOf` keeps only roles of `R`.
  return Object.freeze({ of: of as Callers<R>["of"], authenticate: authenticateBy as Callers<R>["authenticate"] });
}

type DependencyOfScheme = (scheme: never) => AnyDependency;

function dependenciesOf(
  issuer: ClaimsIssuer,
  read: (claims: Claims) => Identified<Caller>,
): { readonly of: DependencyOfScheme; readonly authenticateBy: DependencyOfScheme } {
  const made = new WeakMap<Node, { readonly caller: CallerDependency; readonly principal: AnyDependency }>();
  const both = (scheme: never): { readonly caller: CallerDependency; readonly principal: AnyDependency } => {
    // The verifier checks that it is a scheme.
    const { "~dep": verified } = (issuer.claims as DependencyOfScheme)(scheme);
    const known = made.get(verified);
    if (known !== undefined) return known;
    const caller: CallerDependency = dependency({
      kind: "value",
      deps: [{ key: "claims", node: verified }],
      facts: verified.facts,
      lifetime: "request",
      verifies: true,
      // The value of the dependency above, whose type says so.
      run: (values) => read(values["claims"] as Claims),
    });
    const fresh = { caller, principal: authenticate({ caller }, (values) => values.caller) };
    made.set(verified, fresh);
    return fresh;
  };
  return { of: (scheme) => both(scheme).caller, authenticateBy: (scheme) => both(scheme).principal };
}

type CallerDependency = Dependency<Identified<Caller>, "credential">;

function hasFunction(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, name) === "function";
}

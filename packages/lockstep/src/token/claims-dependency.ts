/**
 * `verifier.claims(scheme)`: the claims of a verified token as a value of the request. The verifier decides how it is verified.
 */
import type { Advice, Dependency } from "../dependency/dependency.ts";
import type { Fact } from "../dependency/fact.ts";
import { dependency, isDependency, type Node, type SchemeNode } from "../dependency/node.ts";
import type { TokenAudience, TokenIssuer, ValueRecord } from "../dependency/node.ts";
import { PresentedToken, type SenderRule, UncheckedToken } from "../dependency/presented-token.ts";
import { isPromise } from "../promise.ts";
import { BuildError } from "../problem/error.ts";
import type { Redacted } from "../secret/redacted.ts";
import { type Claims, checkUnbound } from "./claims.ts";

const needsScheme = "Pass a security scheme to claims(), for example claims(httpBearer())";

/** `unknown` if the facts are those of a scheme, the advice otherwise. */
export type SchemeCheck<F extends Fact> = "credential" extends F ? unknown : Advice<typeof needsScheme>;

/** Makes a dependency on the verified claims out of a scheme whose credential is the token. */
export type ClaimsOf = <F extends Fact>(scheme: Dependency<Redacted<string>, F> & SchemeCheck<F>) => Dependency<Claims, F>;

/** What an API is told about the tokens that a verifier accepts. */
export interface AcceptedTokens {
  /** For the documentation. */
  readonly issuers?: readonly TokenIssuer[];
  /** For the metadata of the API (RFC 9728): its `resource` is the audience that clients ask for. */
  readonly audiences?: readonly TokenAudience[];
  /** The exact issuers, which a scheme that documents issuers must document. Default: those of `issuers`. */
  readonly names?: readonly string[];
}

/**
 * Makes the `claims` of a verifier. It is a plain value of the graph: what `verify` throws, the request is answered with. The
 * document names the issuers with the scheme, which must read tokens as long as the verifier accepts. A scheme that documents
 * issuers must document those of the verifier.
 */
export function claimsOf(
  verify: (token: Redacted<string>) => Claims | Promise<Claims>,
  maxTokenBytes: number,
  { issuers = [], audiences = [], names = issuers.map(({ issuer }) => issuer) }: AcceptedTokens = {},
): ClaimsOf {
  const nodes = new WeakMap<Node, Node>();
  return (scheme) => {
    const from = schemeOf(scheme);
    checkLength(from, maxTokenBytes);
    checkIssuers(from, names);
    const { sender } = from.scheme;
    const node = nodes.get(from) ?? {
      kind: "value",
      deps: [{ key: "token", node: from }, ...(sender?.entries ?? [])],
      facts: from.facts,
      lifetime: "request",
      verifies: true,
      issuers,
      audiences,
      // The value is the scheme's credential, and the type above demands text.
      run: (values) => admitted(values["token"] as Redacted<string>, verify, sender, values),
    };
    nodes.set(from, node);
    return dependency(node);
  };
}

/** The claims of a token, if its sender may use it. */
function admitted(
  token: Redacted<string>,
  verify: (token: Redacted<string>) => Claims | Promise<Claims>,
  sender: SenderRule | undefined,
  values: ValueRecord,
): Claims | Promise<Claims> {
  if (sender === undefined) return verify(token);
  // A test that overrides the scheme with a token of its own has no request to prove anything about.
  return token instanceof PresentedToken ? sender.admit(token, verify, values) : verify(token);
}

/**
 * Makes a verifier refuse tokens that are bound to a key, unless somebody else checks the sender: as a bearer token, one would
 * serve a thief as well (RFC 7800 §3.1).
 */
export function refuseBound(
  verify: (token: Redacted<string>) => Claims | Promise<Claims>,
): (token: Redacted<string>) => Claims | Promise<Claims> {
  return (token) => {
    const claims = verify(token);
    return isPromise(claims) ? claims.then((late) => unbound(late, token)) : unbound(claims, token);
  };
}

function unbound(claims: Claims, token: Redacted<string>): Claims {
  // Most tokens are bound to nothing, and this is asked for every request.
  if (claims["cnf"] !== undefined && !(token instanceof UncheckedToken)) checkUnbound(claims);
  return claims;
}

/** A limit that no token reaches would be a setting without an effect. */
function checkLength({ scheme: { name, maxCredentialBytes } }: SchemeNode, maxTokenBytes: number): void {
  if (maxCredentialBytes === undefined || maxCredentialBytes >= maxTokenBytes) return;
  throw new BuildError(
    "wrong_option",
    `Set maxCredentialBytes: ${maxTokenBytes} of the scheme "${name}" as well, or a smaller maxTokenBytes: it reads ${maxCredentialBytes} bytes`,
  );
}

/** Otherwise people would sign in where their token is not accepted. */
function checkIssuers({ scheme: { name, documented } }: SchemeNode, accepted: readonly string[]): void {
  const shown = new Set(documented.flatMap(({ issuer }) => issuer ?? []));
  if (shown.size === 0 || (shown.size === accepted.length && accepted.every((issuer) => shown.has(issuer)))) return;
  throw new BuildError(
    "wrong_option",
    `Pass claims() an oidcBearer() of the same verifier: the scheme "${name}" documents ${[...shown].join(", ")}, and the verifier accepts ${accepted.join(", ")}`,
  );
}

function schemeOf(value: unknown): SchemeNode {
  if (isDependency(value) && value["~dep"].kind === "scheme") return value["~dep"];
  throw new BuildError("wrong_dependency", `${needsScheme}: it was given ${describe(value)}`);
}

function describe(value: unknown): string {
  if (isDependency(value)) return `a dependency of the kind "${value["~dep"].kind}"`;
  const isForeign = typeof value === "object" && value !== null && "~dep" in value;
  return isForeign ? "a dependency of another copy of lockstep (install one version)" : "something else";
}

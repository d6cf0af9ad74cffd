/**
 * By what a rate limit counts: which dependencies it needs, and which key a request has. Keys are hashed, so a store learns no
 * credential, and no client can fill it with long keys.
 */
import type {
  Advice,
  AnyDependency,
  Dependency,
  Deps,
  FirstAdvice,
  NeedOfOne,
  OrAdvice,
  ValueOf,
  Values,
} from "../dependency/dependency.ts";
import { entriesOf, type Entry, isDependency, type RequestCounter, type ValueRecord } from "../dependency/node.ts";
import { networksOf } from "../http/networks.ts";
import { connection, type Connection } from "../input/connection.ts";
import { idOf, type Principal } from "../outcome/principal.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { encodeBase64url } from "../secret/encoding.ts";
import { Redacted } from "../secret/redacted.ts";

const needsCaller = "count by an authenticated dependency, whose value has an id: { principal: currentUser }";
const needsId = "count by a dependency whose value has an id, or by { deps, key }";
const needsText = "rateLimit(): return a text that is not empty from key: it decides which requests are counted together";
const needsCredential =
  "count by a scheme whose credential is one text, such as httpBearer() or apiKeyHeader(), or by { deps, key }";

/** The value has the type that is counted by. */
type ValueCheck<D extends AnyDependency, T, M extends string> = [ValueOf<D>] extends [T] ? unknown : Advice<M>;

/** Counts the requests of each principal. */
export interface ByPrincipal<P extends AnyDependency> {
  readonly principal: OrAdvice<
    P,
    FirstAdvice<[NeedOfOne<P, "authenticated", typeof needsCaller>, ValueCheck<P, Principal, typeof needsId>]>
  >;
}

/** Counts the requests with each credential, once it has been verified. */
export interface ByCredential<C extends AnyDependency> {
  readonly credential: OrAdvice<
    C,
    FirstAdvice<[NeedOfOne<C, "credential", typeof needsCredential>, ValueCheck<C, Redacted<string>, typeof needsCredential>]>
  >;
}

/** Counts the requests of each key that a function makes of other values. */
export interface ByKey<D extends Deps> {
  readonly deps: D;
  /** Two requests with one key are counted together. */
  readonly key: (values: Values<D>) => string | PromiseLike<string>;
}

/** By what requests are counted. `address` is one IPv4 address, or an IPv6 /64. */
export type CountedBy<D extends Deps, P extends AnyDependency, C extends AnyDependency> =
  | "address"
  | ByPrincipal<P>
  | ByCredential<C>
  | ByKey<D>;

/** How requests are counted, checked. */
export interface Counting {
  /** The name of a rate limit that has none of its own. */
  readonly name: string;
  readonly entries: readonly Entry[];
  readonly after: RequestCounter["after"];
  keyOf(values: ValueRecord): string | PromiseLike<string>;
}

const address: Dependency<Connection> = connection({
  addressOr: "count by something else with rateLimit({ by: { deps, key } })",
});

/** @throws BuildError `wrong_option`, `wrong_dependency` */
export function countingOf(by: unknown): Counting {
  if (by === "address") return byAddress;
  if (typeof by !== "object" || by === null) throw wrongBy();
  if ("principal" in by) return byPrincipal(by);
  if ("credential" in by) return byCredential(by);
  if ("deps" in by || "key" in by) return byKey(by);
  throw wrongBy();
}

const byAddress: Counting = {
  name: "address",
  entries: entriesOf("rateLimit()", { address }),
  after: "nothing",
  // The entry is a connection. Requests without an address are one network.
  keyOf: ({ address }) => networksOf((address as Connection).address).narrow,
};

function byPrincipal(by: { readonly principal: unknown }): Counting {
  checkOptions<ByPrincipal<AnyDependency>>("rateLimit({ by })", by, { principal: true });
  const { principal } = by;
  if (!isDependency(principal) || !principal["~dep"].facts.has("authenticated"))
    throw new BuildError("wrong_dependency", `rateLimit(): ${needsCaller}`);
  return {
    name: "principal",
    entries: entriesOf("rateLimit()", { principal }),
    after: "authentication",
    keyOf({ principal }) {
      const id = typeof principal === "object" && principal !== null ? idOf(principal) : undefined;
      if (id === undefined) throw new BuildError("wrong_result", `rateLimit(): ${needsId}`);
      // 1 and "1" are two ids.
      return `${typeof id}:${String(id)}`;
    },
  };
}

function byCredential(by: { readonly credential: unknown }): Counting {
  checkOptions<ByCredential<AnyDependency>>("rateLimit({ by })", by, { credential: true });
  const { credential } = by;
  if (!isDependency(credential) || credential["~dep"].kind !== "scheme")
    throw new BuildError("wrong_dependency", `rateLimit(): ${needsCredential}`);
  return {
    name: "credential",
    entries: entriesOf("rateLimit()", { credential }),
    // What nobody has verified would fill the store with one key for each guess.
    after: "authentication",
    keyOf({ credential }) {
      const text = credential instanceof Redacted ? credential.reveal() : undefined;
      if (typeof text !== "string") throw new BuildError("wrong_result", `rateLimit(): ${needsCredential}`);
      return text;
    },
  };
}

function byKey(by: object): Counting {
  checkOptions<ByKey<Deps>>("rateLimit({ by })", by, { deps: true, key: true });
  const { deps, key } = by as Partial<ByKey<Deps>>;
  if (typeof key !== "function")
    throw new BuildError("wrong_option", "rateLimit({ by }): set key to a function: ({ tenant }) => tenant.id");
  return {
    name: "key",
    entries: entriesOf("rateLimit()", deps),
    after: "nothing",
    async keyOf(values) {
      const made: unknown = await key(values);
      if (typeof made !== "string" || made === "") throw new BuildError("wrong_result", needsText);
      return made;
    },
  };
}

/** SHA-256 in base64url: 43 characters, whatever the key is. */
export async function hashed(key: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return encodeBase64url(new Uint8Array(bytes));
}

function wrongBy(): BuildError {
  return new BuildError(
    "wrong_option",
    'rateLimit(): set by to "address", { principal: currentUser }, { credential: token } or { deps, key }',
  );
}

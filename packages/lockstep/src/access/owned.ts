/** `owned()`: is this object theirs? A refusal is 404. */
import type {
  Dependency,
  Deps,
  FirstAdvice,
  Need,
  NoneOf,
  OpenIds,
  OrAdvice,
  ProtectionsOfOne,
  ValueOf,
  Values,
} from "../dependency/dependency.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { principalsBelow } from "../dependency/authenticator.ts";
import { dependency, entriesOf, type Entry } from "../dependency/node.ts";
import { isPromise } from "../promise.ts";
import { checkFunction, guard, isGuarded, needFact } from "./guard.ts";
import { type Checked, type ChecksOption, checksOptions, closeIds, type NameTheChecked, refusalOfLoad } from "./object.ts";
import { type Id, isId, type Principal } from "../outcome/principal.ts";
import { Refusal } from "../outcome/refusal.ts";

const needsCaller = "owned(): add an authenticated dependency: the owner is compared with the caller";
const needsTwoParameters =
  "owned(): return the owner's id, (note) => note.ownerId; a function that returns true or false takes two parameters, the object and the values";
const needsOwner = "owned(): pass a third function that returns the id of the object's owner: (note) => note.ownerId";

/** The owner's id, the ids of the owners of several objects, or (from a function of two parameters) whether it is theirs. */
export type Ownership = Id | boolean | null | undefined | readonly (Id | null | undefined)[];

/** The booleans that a function of one parameter may return, which cannot have compared anything with the caller. */
type DecidedAlone<B> = B extends (object: never) => infer R ? (0 extends 1 & R ? never : Extract<Awaited<R>, boolean>) : never;

/** The names of entries whose id may own an object: principals that a guard let through. */
type OwnerNames<D extends Deps> = {
  [K in keyof D]: "authenticated" extends ProtectionsOfOne<D[K]> ? (ValueOf<D[K]> extends Principal ? K : never) : never;
}[keyof D] extends infer K extends string
  ? K
  : never;

/** What `owned()` may be told. */
export interface OwnedOptions<N extends string, Owner extends string> extends ChecksOption<N> {
  /** The entry whose id is compared with the owner's. Default: the one principal below. */
  readonly owner?: Owner;
}

/**
 * Loads an object by an id of the request and gives it out only to its owner. The third function returns the id of the owner of
 * the object that was loaded, and the core compares it with the id of the principal below (or of `{ owner: "org" }`). A missing
 * object and another caller's object are the same **404**, byte for byte: ids cannot be probed.
 *
 * Several objects: return the ids of all owners, which must all match; an empty list is 404. `null` and `undefined` never match.
 * A rule that does not compare ids is a function of two parameters, the object and the values, that returns a boolean; it may be
 * asynchronous.
 *
 * @throws BuildError `wrong_dependency` without an authenticated dependency below, or if several principals are below and none is
 * named; `wrong_option`; `unchecked_object` if several ids are below and `checks` does not name those it checks; at run time
 * `wrong_result` if the two ids have different types
 *
 * @example
 * ```ts
 * const ownNote = owned(
 *   { id: path("id", z.uuid()), user: activeUser, db },
 *   ({ id, db }) => db.notes.find(id),
 *   (note) => note.ownerId,
 * );
 * ```
 */
export function owned<
  const D extends Deps,
  T,
  const B extends (object: NonNullable<T>, values: Values<D>) => Ownership | PromiseLike<Ownership>,
  const C extends OpenIds<D> = never,
>(
  deps: OrAdvice<D, FirstAdvice<[Need<D, "authenticated", typeof needsCaller>, NameTheChecked<D, C>]>>,
  load: (values: Values<D>) => T | PromiseLike<T>,
  ownerOf: B & NoneOf<DecidedAlone<B>, typeof needsTwoParameters>,
  options: OwnedOptions<C, OwnerNames<D>> = {},
): Dependency<NonNullable<T>, Checked<D, C>> {
  const entries = entriesOf("owned()", deps);
  needFact(entries, "authenticated", needsCaller);
  checkFunction("owned", load);
  if (typeof ownerOf !== "function") throw new BuildError("wrong_dependency", needsOwner);
  if (ownerOf.length === 0) throw new BuildError("wrong_dependency", needsTwoParameters);
  checkOptions<OwnedOptions<string, string>>("owned()", options, { ...checksOptions, owner: true });
  const mayDecide = ownerOf.length > 1;
  if (!mayDecide || options.owner !== undefined) checkOwner(entries, options.owner);
  const { facts, checks, apart } = closeIds("owned", entries, options);
  return dependency(
    guard({
      kind: "owned",
      entries,
      facts,
      checks,
      apart,
      owner: options.owner,
      // The values are exactly the record's.
      run: (values) => load(values as Values<D>),
      settle: (loaded, values, callers, step) => {
        const refusal = refusalOfLoad(loaded);
        if (refusal !== undefined) return refusal;
        // "All of them are theirs" is true of no objects.
        if (Array.isArray(loaded) && loaded.length === 0) return nothingLoaded;
        const decide = (answer: unknown): unknown => (isTheirs(answer, mayDecide, callers.ownerId(step)) ? loaded : notTheirs);
        // The rest of the result is the object, and the values are exactly the record's.
        const answer: unknown = ownerOf(loaded as NonNullable<T>, values as Values<D>);
        return isPromise(answer) ? answer.then(decide) : decide(answer);
      },
    }),
  );
}

const nothingLoaded = new Refusal("hidden", "the load returned an empty list");
const notTheirs = new Refusal("hidden", "not the caller's");

/** @throws BuildError `wrong_dependency` unless exactly one principal is below, or one is named */
function checkOwner(entries: readonly Entry[], owner: string | undefined): void {
  if (owner !== undefined) {
    const named = entries.find(({ key }) => key === owner);
    if (named !== undefined && isGuarded(named.node)) return;
    throw new BuildError(
      "wrong_dependency",
      `owned({ owner: "${owner}" }): name an entry of the record that is a guard: the id of its value is compared with the owner's`,
    );
  }
  const below = principalsBelow(entries.map(({ node }) => node));
  if (below.length === 1) return;
  throw new BuildError(
    "wrong_dependency",
    'owned(): say whose object it is, { owner: "user" }, or decide in a function of two parameters: several principals are below, and their ids may collide',
  );
}

/** @throws BuildError `wrong_result` for an answer that is neither an id nor a decision, and for ids of different types */
function isTheirs(answer: unknown, mayDecide: boolean, caller: Id | BuildError): boolean {
  if (typeof answer === "boolean") {
    if (!mayDecide) throw new BuildError("wrong_result", needsTwoParameters);
    return answer;
  }
  if (answer === null || answer === undefined) return false;
  // A copy has no holes: every() would pass over one.
  const owners: readonly unknown[] = Array.isArray(answer) ? Array.from(answer) : [answer];
  if (caller instanceof BuildError) throw caller;
  return owners.length > 0 && owners.every((owner) => isSameId(owner, caller));
}

function isSameId(owner: unknown, caller: Id): boolean {
  if (owner === null || owner === undefined || owner === "") return false;
  if (!isId(owner))
    throw new BuildError(
      "wrong_result",
      `owned(): return the owner's id, (note) => note.ownerId: the function returned ${Array.isArray(owner) ? "a list of lists" : `a value of the type ${typeof owner}`}`,
    );
  if (typeof owner === typeof caller) return owner === caller;
  throw new BuildError(
    "wrong_result",
    `owned(): compare ids of one type, for example String(note.ownerId): the owner's id is a ${typeof owner}, the principal's a ${typeof caller}`,
  );
}

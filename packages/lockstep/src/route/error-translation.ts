/**
 * `createApi({ translate })`: the errors of an application, and what they mean to a client, in one place. This module owns the
 * list and asks it; the exchange decides when.
 */
import type { Thrown } from "../dependency/resource-stack.ts";
import { isTranslation } from "../dependency/translation.ts";
import { isPromise } from "../promise.ts";
import { checkDeclaredProblems, type DeclaredProblems } from "../problem/declared-problems.ts";
import { BuildError, LockstepError, type Unavailable } from "../problem/error.ts";
import type { Problem } from "../problem/problem.ts";

/** A class of thrown values. `String` matches thrown texts, `Object` everything but `undefined` and `null`. */
export type ErrorClass = abstract new (...given: never) => unknown;

/** The thrown values that a class matches. */
export type ThrownOf<C extends ErrorClass> = C extends StringConstructor
  ? string
  : C extends ObjectConstructor
    ? unknown
    : C extends abstract new (...given: never) => infer I
      ? I
      : never;

/** What a translation returns. Most call `problem()`, `notFound()` or `deny()`, which do not return. */
// A function that only throws returns nothing.
// oxlint-disable-next-line typescript/no-invalid-void-type
export type Translated = Problem | Unavailable | undefined | void;

/** A class of errors, what one of them means to a client, and the problems that it may become, for the documentation. */
export type Translation<C extends ErrorClass> = readonly [
  errorClass: C,
  translate: (error: ThrownOf<C>) => Translated | PromiseLike<Translated>,
  problems?: DeclaredProblems,
];

/** Translations, each checked against its class. */
export type TranslationList<E extends readonly ErrorClass[]> = { readonly [I in keyof E]: Translation<E[I]> };

type MaybePromise<T> = T | Promise<T>;
type AnyTranslation = readonly [
  errorClass: ErrorClass,
  translate: (error: never) => unknown,
  problems?: DeclaredProblems | undefined,
];

/** The checked translations of an API. */
export class ErrorTranslations {
  readonly #list: readonly AnyTranslation[];

  /** @throws BuildError `wrong_option` for an entry that is wrong, and for one that can never match */
  constructor(list: unknown) {
    this.#list = Object.freeze(entriesOf(list));
  }

  /** The problems that errors may become, as they are declared. */
  get problems(): readonly DeclaredProblems[] {
    return this.#list.map(([, , problems]) => problems ?? {});
  }

  /**
   * Asks each translation whose class matches, in order, until one answers. Returns `undefined` if none does. It never throws: an
   * error of a translation replaces the one that it was asked about.
   */
  translate(error: unknown): MaybePromise<Thrown | undefined> {
    return this.#from(0, error);
  }

  #from(first: number, error: unknown): MaybePromise<Thrown | undefined> {
    for (let index = first; index < this.#list.length; index += 1) {
      const [errorClass, translate] = this.#list[index] ?? [];
      try {
        if (errorClass === undefined || translate === undefined || !isOf(error, errorClass)) continue;
        const result = translate(error as never);
        if (isPromise(result)) {
          return Promise.resolve(result).then(
            (settled: unknown) => replacedBy(settled) ?? this.#from(index + 1, error),
            (thrown: unknown) => ({ error: thrown }),
          );
        }
        const replaced = replacedBy(result);
        if (replaced !== undefined) return replaced;
      } catch (thrown) {
        return { error: thrown };
      }
    }
    return undefined;
  }
}

/** A primitive is an instance of the class that its members come from: a text of `String`. */
function isOf(thrown: unknown, errorClass: ErrorClass): boolean {
  return thrown !== undefined && thrown !== null && Object(thrown) instanceof errorClass;
}

function replacedBy(result: unknown): Thrown | undefined {
  if (result === undefined) return undefined;
  if (isTranslation(result)) return { error: result };
  return { error: new BuildError("wrong_result", "translate: call problem(), or return undefined for an error that stays one") };
}

const example = '[[Conflict, (error) => problem(409, "conflict", error.message)]]';

function entriesOf(list: unknown): readonly AnyTranslation[] {
  if (!Array.isArray(list)) throw wrong(`pass a list of pairs, for example ${example}`);
  const entries = list.map(readOne);
  entries.forEach(([errorClass], index) => {
    const before = entries.slice(0, index).find(([other]) => errorClass === other || errorClass.prototype instanceof other);
    if (before === undefined) return;
    if (before[0] === errorClass) throw wrong(`name ${nameOf(errorClass)} once`);
    throw wrong(`move ${nameOf(errorClass)} before ${nameOf(before[0])}, which it extends: it would never be asked`);
  });
  return entries;
}

function readOne(entry: unknown): AnyTranslation {
  if (!Array.isArray(entry) || entry.length < 2 || entry.length > 3) throw wrong(`pass pairs, for example ${example}`);
  const [errorClass, translate, problems] = entry as readonly unknown[];
  if (!isClass(errorClass)) throw wrong(`begin each entry with a class, for example ${example}`);
  const name = nameOf(errorClass);
  if (errorClass === LockstepError || errorClass.prototype instanceof LockstepError)
    throw wrong(`remove ${name}: it has an answer of its own, or is a mistake to be corrected`);
  if (typeof translate !== "function") throw wrong(`write a function after ${name}: (error) => problem(409, "conflict", "…")`);
  checkDeclaredProblems(`createApi({ translate }): ${name}`, problems);
  return Object.freeze([errorClass, translate as AnyTranslation[1], problems as DeclaredProblems | undefined]);
}

/** A class, also one that was compiled to a function. An arrow function has no instances. */
function isClass(value: unknown): value is ErrorClass {
  return typeof value === "function" && typeof value.prototype === "object" && value.prototype !== null;
}

function nameOf(errorClass: ErrorClass): string {
  return errorClass.name === "" ? "a class without a name" : errorClass.name;
}

function wrong(message: string): BuildError {
  return new BuildError("wrong_option", `createApi({ translate }): ${message}`);
}

/**
 * Options of public functions: a misspelt one is a guard that is silently missing, so an option is known or it is refused. The
 * types refuse it too; this is for JavaScript, `any` and records that were made elsewhere.
 *
 * The code is the same wherever it happens, because the mistake and its repair are. Most functions are called when an API is
 * built. Those that are called while a request is answered (`reply()`, `stream()`, `problem()`) refuse as well: the client
 * receives a 500 that says nothing, instead of an answer without the header or the cookie that the handler meant to send.
 */
import { BuildError } from "./error.ts";

/** The names of all options of a function. An option that is added to the type and not here does not compile. */
export type KnownOptions<O> = Readonly<Record<keyof O, true>>;

/**
 * Checks that a function's options are a record without names that the function does not know.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * checkOptions<LimitOptions>("limit()", options, { max: true, windowSeconds: true });
 * ```
 */
export function checkOptions<O extends object>(where: string, options: unknown, known: KnownOptions<O>): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new BuildError("wrong_option", `${where}: pass the options as a record, for example { ${Object.keys(known)[0]}: … }`);
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    throw new BuildError(
      "wrong_option",
      `${where}: correct or remove the option "${name}"; the options are ${Object.keys(known).join(", ")}`,
    );
  }
}

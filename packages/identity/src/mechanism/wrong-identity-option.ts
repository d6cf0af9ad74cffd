/** The error for wrong options, and the one check that no option is misspelt. */

/** An option is missing, wrong or misspelt. The message says what to write. */
export class WrongIdentityOption extends Error {
  override readonly name = "WrongIdentityOption";
}

/** Every option of `O`, by name. */
export type KnownOptions<O> = Readonly<Record<O extends unknown ? keyof O & string : never, unknown>>;

/**
 * Refuses options that do not exist. A misspelt option would silently be ignored, and the default used instead. The compiler says
 * the same about a literal; this is for JavaScript, and for records that were put together before the call.
 *
 * @param where the function that takes the options, for the message: `tableAudit()`
 * @param known every option that exists. The compiler compares it with the type of the options.
 * @throws WrongIdentityOption naming the option and those that exist
 *
 * @example
 * ```ts
 * checkOptions("tableAudit()", options, { maxWaiting: true, intervalMs: true });
 * ```
 */
export function checkOptions<O extends object>(where: string, options: O, known: KnownOptions<NoInfer<O>>): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new WrongIdentityOption(`Pass a record: ${where} takes { ${Object.keys(known)[0]}: … }`);
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    throw new WrongIdentityOption(`Correct or remove \`${name}\`: ${where} takes ${Object.keys(known).join(", ")}`);
  }
}

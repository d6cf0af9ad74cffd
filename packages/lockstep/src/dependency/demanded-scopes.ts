/** Which of several credentials has to grant which of the required scopes. The plan demands it, the documentation says it. */

/**
 * For each of those who answer, given the scopes it declares: what it declares of the required ones, and what none of them declares.
 * An API key beside a bearer token, for example, is asked for the scopes of the token if it declares none of its own.
 */
export function demandedScopes(
  required: readonly string[],
  declared: readonly ReadonlySet<string>[],
): readonly (readonly string[])[] {
  const ownerless = required.filter((name) => !declared.some((names) => names.has(name)));
  return declared.map((names) => required.filter((name) => names.has(name) || ownerless.includes(name)));
}

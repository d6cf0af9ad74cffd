/**
 * How and how long ago a user must have authenticated (RFC 9470). This module owns how demands combine, and the words for them;
 * `access/step-up.ts` owns when a credential fulfils them.
 */

/** What a route demands of the authentication behind a credential. At least one member is set. */
export interface StepUpNeed {
  /** How long ago the user may have authenticated, at most, in seconds (`max_age`). */
  readonly maxAgeSeconds?: number;
  /** The authentication context classes of which one is needed, the preferred one first (`acr_values`). */
  readonly acr?: readonly string[];
}

/**
 * The demand that fulfils all: the shortest age, and the classes that all accept, in the order of the first. `undefined` if no
 * class is accepted by all. Without demands there is none.
 */
export function strictestOf(needs: readonly StepUpNeed[]): StepUpNeed | undefined {
  const ages = needs.flatMap(({ maxAgeSeconds }) => maxAgeSeconds ?? []);
  const [first, ...others] = needs.flatMap(({ acr }) => (acr === undefined ? [] : [acr]));
  const acr = first?.filter((value) => others.every((other) => other.includes(value)));
  if (needs.length === 0 || acr?.length === 0) return undefined;
  return { ...(ages.length === 0 ? {} : { maxAgeSeconds: Math.min(...ages) }), ...(acr === undefined ? {} : { acr }) };
}

/** Says a demand to people: printable ASCII without quotes, as an `error_description` is (RFC 6750 §3). */
export function describeStepUp({ maxAgeSeconds, acr }: StepUpNeed): string {
  if (acr === undefined) return "A more recent sign-in is needed.";
  return maxAgeSeconds === undefined ? "Another kind of sign-in is needed." : "A more recent sign-in, or another kind, is needed.";
}

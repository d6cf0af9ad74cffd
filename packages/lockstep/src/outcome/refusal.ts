/**
 * A refusal: the answer of a guard, on its way to a problem document. Refusals are returned, not thrown, so refusing
 * costs no stack trace.
 */

/** The kind of a refusal, which decides the answer (`outcome/answer.ts`). */
export type RefusalKind = "absent" | "invalid" | "forbidden" | "scope" | "step-up" | "hidden" | "cross-site" | "repeated";

/** A guard's no. */
export class Refusal {
  readonly kind: RefusalKind;
  /** For the audit log only. */
  readonly reason: string;

  constructor(kind: RefusalKind, reason: string) {
    this.kind = kind;
    this.reason = reason;
  }
}

/** The refusal of a verb that found nothing (`undefined`, `null`, `false`), or `undefined` if it found something. */
export function refusalOfNothing(result: unknown, kind: RefusalKind): Refusal | undefined {
  return result === undefined || result === null || result === false ? new Refusal(kind, "the verb returned nothing") : undefined;
}

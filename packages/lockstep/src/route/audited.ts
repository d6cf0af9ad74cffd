/** Which audit event a failure is. */
import { Denial } from "../outcome/deny.ts";
import { HandledBefore } from "../outcome/handled-before.ts";
import type { Refusal } from "../outcome/refusal.ts";
import type { AuditDetails } from "../audit/event.ts";
import type { SchemeNode } from "../dependency/node.ts";
import type { Step } from "../dependency/plan.ts";
import { InvalidCredential, LockstepError, Unavailable } from "../problem/error.ts";
import { Problem } from "../problem/problem.ts";

/** The event of a guard's refusal. */
export function auditOf(refusal: Refusal, step: Step, required: readonly string[]): AuditDetails {
  const { reason, kind } = refusal;
  switch (kind) {
    case "absent":
    case "invalid":
      return { type: "authentication.failed", schemes: namesOf(step.schemes), reason, dependency: step.path };
    case "forbidden":
      return { type: "authorization.denied", reason, dependency: step.path };
    case "scope":
      return { type: "scope.insufficient", required, dependency: step.path };
    case "step-up":
      return { type: "authentication.insufficient", reason, required: step.stepUp ?? {}, dependency: step.path };
    case "hidden":
      return { type: "object.hidden", reason, dependency: step.path };
    case "cross-site":
      return { type: "request.cross_site", reason };
    case "repeated":
      return { type: "credential.repeated", scheme: step.path };
    default:
      return kind satisfies never;
  }
}

/** The event of an error, if it is one: a problem that the application throws on purpose is not. */
export function auditOfThrown(error: unknown, path: string, schemes: readonly SchemeNode[]): AuditDetails | undefined {
  if (error instanceof InvalidCredential) {
    return { type: "authentication.failed", schemes: namesOf(schemes), reason: error.reason, dependency: path };
  }
  if (error instanceof Denial) return { type: "authorization.denied", reason: error.reason, dependency: path };
  if (error instanceof Unavailable) return { type: "error.unavailable", reason: error.message };
  if ((error instanceof Problem && error.status < 500) || error instanceof HandledBefore) return undefined;
  // A name or a code, never a message: messages of foreign errors may hold what a client sent.
  const reason = error instanceof LockstepError ? error.code : error instanceof Error ? error.name : typeof error;
  return { type: "error.unexpected", reason: `${path}: ${reason}` };
}

/** The check that refused a request, in the event of its refusal. */
export function refuserIn(details: AuditDetails): string | undefined {
  switch (details.type) {
    case "authentication.absent":
      return details.schemes.join(" or ");
    case "credential.repeated":
      return details.scheme;
    case "request.cross_site":
      return "the cross-site rule";
    case "authentication.failed":
    case "authorization.denied":
    case "authentication.insufficient":
    case "scope.insufficient":
    case "object.hidden":
      return details.dependency;
    case "credential.in_url":
    case "object.reached":
    case "error.unavailable":
    case "error.unexpected":
      return undefined;
    default:
      return details satisfies never;
  }
}

function namesOf(schemes: readonly SchemeNode[]): string[] {
  return schemes.map(({ scheme }) => scheme.name);
}

const suspicious = /(?:^|&)(access_token|id_token|token|api_key|apikey|key|password|client_secret)=./i;

/**
 * The name of a query parameter that looks like a credential: it stays in logs and histories, and is never read (RFC 6750 §2.3).
 */
export function credentialInUrl(query: string): string | undefined {
  return query === "" ? undefined : suspicious.exec(query)?.[1]?.toLowerCase();
}

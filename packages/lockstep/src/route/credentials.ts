/**
 * Phase 2: reads the credentials of a request. Only the schemes of its route are read; whether they are present decides what
 * runs.
 */
import { crossSiteReason, crossSiteSocketReason } from "../access/cross-site.ts";
import type { SchemeNode } from "../dependency/node.ts";
import type { Variant } from "../dependency/plan.ts";
import type { RequestSource } from "../input/request-source.ts";
import { answerToRefusal } from "../outcome/answer.ts";
import { Refusal } from "../outcome/refusal.ts";
import type { Answer } from "../problem/problem.ts";
import type { RequestReports } from "./request-reports.ts";
import type { ServedRoute } from "./served-route.ts";

/** The credentials of a request that can go on. */
export interface Credentials {
  /** The steps to run with them. */
  readonly variant: Variant;
  /** By the index of the route's schemes. */
  readonly values: unknown[];
  /** Whether a credential decides, so the answer is nobody else's to keep. */
  readonly isPrivate: boolean;
}

/** Why a request ends with its credentials: the answer. */
export interface Unanswerable {
  readonly answer: Answer;
  readonly challenges: readonly string[];
  readonly isPrivate: boolean;
}

/**
 * Reads the credentials of a request, and applies the cross-site rule to them. A refusal is reported.
 *
 * @throws Problem for a query or cookies that cannot be parsed
 */
export function readCredentials(route: ServedRoute, source: RequestSource, reports: RequestReports): Credentials | Unanswerable {
  const { schemes, outcomes } = route.compiled.plan;
  const values: unknown[] = [];
  let bits = 0;
  for (let index = 0; index < schemes.length; index += 1) {
    const found = schemes[index]?.scheme.extract(source);
    if (found instanceof Refusal && found.kind === "repeated") {
      reports.audit({ type: "credential.repeated", scheme: schemes[index]?.scheme.name ?? "" });
      return { answer: answerToRefusal(found.kind), challenges: [], isPrivate: false };
    }
    if (found !== undefined) bits |= 1 << index;
    values.push(found);
  }
  const outcome = outcomes[bits];
  if (outcome?.kind === "run") return checked(outcome, values, { route, source, reports });
  reports.absent(outcome?.schemes ?? []);
  return { answer: answerToRefusal("absent"), challenges: route.challenges(outcome?.schemes ?? [], {}), isPrivate: false };
}

interface Reading {
  readonly route: ServedRoute;
  readonly source: RequestSource;
  readonly reports: RequestReports;
}

function checked(variant: Variant, values: unknown[], { route, source, reports }: Reading): Credentials | Unanswerable {
  const isPrivate = variant.schemes.length > 0;
  for (const used of variant.schemes) {
    const found = values[route.compiled.plan.schemes.indexOf(used)];
    if (!(found instanceof Refusal)) continue;
    reports.malformed(found, used);
    return { answer: answerToRefusal("invalid"), challenges: invalidToken(route, used), isPrivate };
  }
  const foreignReason = route.isWebSocket ? crossSiteSocketReason : crossSiteReason;
  const reason = foreignReason(source.request, variant, route.serving);
  if (reason === undefined) return { variant, values, isPrivate };
  reports.audit({ type: "request.cross_site", reason });
  return { answer: answerToRefusal("cross-site"), challenges: [], isPrivate };
}

function invalidToken(route: ServedRoute, used: SchemeNode): readonly string[] {
  return route.challenges([used], { error: "invalid_token" });
}

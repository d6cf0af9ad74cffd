/** Workloads with a SPIFFE ID, for example from SPIRE. */
import { checkOptions, type KnownOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import type { ClaimReader } from "../claim-reader.ts";
import { wrongSetting } from "../setting.ts";
import { checkName, type WorkloadGrants, workloadMap } from "../workload.ts";

/** A workload that may call. */
export interface SpiffeRule extends WorkloadGrants {
  /** The whole path of the SPIFFE ID: `/ns/prod/sa/billing`. */
  readonly path: string;
}

/** The options of `spiffe()`. */
export interface SpiffeOptions {
  /** The trust domain, in lower case: `prod.example`. */
  readonly trustDomain: string;
  /** The workloads of the trust domain that may call. */
  readonly allow: readonly [SpiffeRule, ...SpiffeRule[]];
}

interface Workload {
  readonly subject: string;
  readonly issuer: string;
  readonly path: string;
}

const ofRule: KnownOptions<SpiffeRule> = { path: true, roles: true, scopes: true };
const domainForm = /^[a-z0-9._-]+$/;
/** A path without empty segments and without an end slash. Segments of dots are refused below. */
const pathForm = /^(?:\/[A-Za-z0-9._-]+)+$/;
const idForm = /^spiffe:\/\/(?<domain>[^/]*)(?<path>\/.*)$/u;

/**
 * The map for JWT-SVIDs of one trust domain (SPIFFE JWT-SVID §3). They need no `iss`, so the issuer of a caller is the trust
 * domain.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * spiffe({ trustDomain: "prod.example", allow: [{ path: "/ns/prod/sa/billing", scopes: ["notes:read"] }] });
 * ```
 */
export function spiffe(options: SpiffeOptions): ClaimsMap {
  checkOptions<SpiffeOptions>("spiffe()", options, { trustDomain: true, allow: true });
  const trustDomain = checkName("spiffe()", "trustDomain", options.trustDomain, domainForm);
  return workloadMap<SpiffeRule, Workload>({
    name: "spiffe",
    where: "spiffe()",
    allow: options.allow,
    checkRule(where, rule) {
      checkOptions<SpiffeRule>(where, rule, ofRule);
      if (!isPath(rule.path))
        throw wrongSetting(where, 'set path to a whole path, for example "/ns/prod/sa/billing", without patterns');
    },
    identify: (reader) => readWorkload(reader, trustDomain),
    matches: (rule, workload) => rule.path === workload.path,
  });
}

/** Two spellings of one ID would be a way past the comparison, so only one spelling is valid (SPIFFE ID §2). */
function readWorkload(reader: ClaimReader, trustDomain: string): Workload {
  const subject = reader.text("sub", "allow") ?? reader.refuse("sub", "allow", "is missing");
  const { domain, path } = idForm.exec(subject)?.groups ?? {};
  if (domain !== trustDomain) return reader.refuse("sub", "trustDomain", "is not of this trust domain");
  if (!isPath(path)) return reader.refuse("sub", "allow", "is not a valid SPIFFE ID");
  return { subject, issuer: `spiffe://${trustDomain}`, path };
}

function isPath(path: unknown): path is string {
  if (typeof path !== "string" || !pathForm.test(path)) return false;
  return path.split("/").every((segment) => segment !== "." && segment !== "..");
}

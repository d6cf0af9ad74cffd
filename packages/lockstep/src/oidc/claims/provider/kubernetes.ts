/** Pods of a Kubernetes cluster. */
import { checkOptions, type KnownOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import type { ClaimReader } from "../claim-reader.ts";
import { checkName, type WorkloadGrants, workloadMap } from "../workload.ts";

/** A service account that may call. */
export interface KubernetesRule extends WorkloadGrants {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The `uid` of the service account. With it, one that was deleted and made again is refused. */
  readonly serviceAccountUid?: string;
}

/** The options of `kubernetes()`. */
export interface KubernetesOptions {
  /** The service accounts that may call. Every pod of the cluster gets tokens for your audience. */
  readonly allow: readonly [KubernetesRule, ...KubernetesRule[]];
}

interface Pod {
  readonly subject: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly serviceAccountUid: string | undefined;
}

const ofRule: KnownOptions<KubernetesRule> = {
  namespace: true,
  serviceAccount: true,
  serviceAccountUid: true,
  roles: true,
  scopes: true,
};
/** A label of RFC 1123, and several with dots between them. */
const label = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;
const identifier = /^[A-Za-z0-9-]+$/;

/**
 * The map for service account tokens of Kubernetes. `sub` and the claim `kubernetes.io` have to name the same account. Tokens
 * from secrets, which have no such claim, are refused.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * kubernetes({ allow: [{ namespace: "billing", serviceAccount: "invoicer", scopes: ["notes:read"] }] });
 * ```
 */
export function kubernetes(options: KubernetesOptions): ClaimsMap {
  checkOptions<KubernetesOptions>("kubernetes()", options, { allow: true });
  return workloadMap<KubernetesRule, Pod>({
    name: "kubernetes",
    where: "kubernetes()",
    allow: options.allow,
    checkRule(where, rule) {
      checkOptions<KubernetesRule>(where, rule, ofRule);
      checkName(where, "namespace", rule.namespace, label);
      checkName(where, "serviceAccount", rule.serviceAccount, subdomain);
      if (rule.serviceAccountUid !== undefined) checkName(where, "serviceAccountUid", rule.serviceAccountUid, identifier);
    },
    identify: readPod,
    matches: ({ namespace, serviceAccount, serviceAccountUid }, pod) =>
      namespace === pod.namespace &&
      serviceAccount === pod.serviceAccount &&
      (serviceAccountUid === undefined || serviceAccountUid === pod.serviceAccountUid),
  });
}

function readPod(reader: ClaimReader): Pod {
  const need = (...path: readonly [string, string, ...string[]]): string =>
    reader.text(path, "allow") ?? reader.refuse(path, "allow", "is missing");
  const namespace = need("kubernetes.io", "namespace");
  const serviceAccount = need("kubernetes.io", "serviceaccount", "name");
  const serviceAccountUid = reader.text(["kubernetes.io", "serviceaccount", "uid"], "allow");
  const subject = `system:serviceaccount:${namespace}:${serviceAccount}`;
  if (reader.text("sub", "allow") !== subject) reader.refuse("sub", "allow", 'does not agree with "kubernetes.io"');
  // A colon in one of the two would make the subject ambiguous. Kubernetes allows none.
  if (!label.test(namespace) || !subdomain.test(serviceAccount))
    reader.refuse("kubernetes.io", "allow", "holds a name that is not one");
  return { subject, namespace, serviceAccount, serviceAccountUid };
}

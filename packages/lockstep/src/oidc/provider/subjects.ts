/** `AUTH_SUBJECTS`: the subjects that may call. For workloads they become the rules of the map, which has to have some. */
import { BuildError, InvalidCredential } from "../../problem/error.ts";
import type { ClaimsMap } from "../claims/caller.ts";
import { githubActions, type GitHubRule } from "../claims/provider/github-actions.ts";
import { kubernetes } from "../claims/provider/kubernetes.ts";
import { spiffe } from "../claims/provider/spiffe.ts";

/** The platforms whose maps have rules. */
export type WorkloadName = "github-actions" | "kubernetes" | "spiffe";

const githubForm =
  /^repo:(?<owner>[A-Za-z0-9-]+)(?:@(?<ownerId>[0-9]+))?\/(?<name>[A-Za-z0-9._-]+)(?:@(?<repositoryId>[0-9]+))?:(?<context>ref:(?<ref>refs\/.+)|environment:(?<environment>.+)|(?<pulls>pull_request))$/u;
const kubernetesForm = /^system:serviceaccount:(?<namespace>[^:]+):(?<serviceAccount>[^:]+)$/u;
const spiffeForm = /^spiffe:\/\/(?<domain>[^/]+)(?<path>\/.+)$/u;

const forms: Readonly<Record<WorkloadName, RegExp>> = {
  "github-actions": githubForm,
  kubernetes: kubernetesForm,
  spiffe: spiffeForm,
};
const examples: Readonly<Record<WorkloadName, string>> = {
  "github-actions": "repo:acme/notes:ref:refs/heads/main, or repo:acme/notes:environment:production",
  kubernetes: "system:serviceaccount:billing:invoicer",
  spiffe: "spiffe://prod.example/ns/prod/sa/billing",
};

/** Whether a map is one of a workload. */
export function isWorkload(name: string): name is WorkloadName {
  return Object.hasOwn(forms, name);
}

/** The subjects that are not those of a workload: a provider of people is limited to them. */
export function subjectsOfPeople(subjects: readonly string[]): readonly string[] {
  return subjects.filter((subject) => !Object.values(forms).some((form) => form.test(subject)));
}

/**
 * Makes the map of a workload's platform. Each subject is one exact workload, and gets the scopes.
 *
 * @throws BuildError `wrong_option` if no subject is one of the platform: anybody's workload gets a token for any audience
 */
export function workloadMapOf(name: WorkloadName, subjects: readonly string[], scopes: readonly string[]): ClaimsMap {
  const found = subjects.map((subject) => forms[name].exec(subject)?.groups).filter((groups) => groups !== undefined);
  const [first, ...others] = found;
  if (first === undefined) {
    throw new BuildError("wrong_option", `Set AUTH_SUBJECTS to the workloads that may call, for example ${examples[name]}`);
  }
  if (name === "github-actions") return githubMap([first, ...others], scopes);
  if (name === "kubernetes") {
    const rule = ({ namespace = "", serviceAccount = "" }: Groups) => ({ namespace, serviceAccount, scopes });
    return kubernetes({ allow: [rule(first), ...others.map(rule)] });
  }
  const { domain: trustDomain = "" } = first;
  if (others.some(({ domain }) => domain !== trustDomain)) {
    throw new BuildError("wrong_option", "Set AUTH_SUBJECTS to workloads of one trust domain of SPIFFE");
  }
  const rule = ({ path = "" }: Groups) => ({ path, scopes });
  return spiffe({ trustDomain, allow: [rule(first), ...others.map(rule)] });
}

type Groups = Readonly<Record<string, string | undefined>>;

/** A rule compares the claims of a job. A job that has an environment has another subject, so it is also compared. */
function githubMap([first, ...others]: readonly [Groups, ...Groups[]], scopes: readonly string[]): ClaimsMap {
  const map = githubActions({ allow: [githubRule(first, scopes), ...others.map((groups) => githubRule(groups, scopes))] });
  const allowed = new Set([first, ...others].map(({ owner, name, context }) => `repo:${owner}/${name}:${context}`));
  return Object.freeze({
    name: map.name,
    read(claims: Parameters<ClaimsMap["read"]>[0]) {
      const caller = map.read(claims);
      // `subject` has no ids, in whichever of the two formats the token has it.
      if (allowed.has(caller.subject.replaceAll(" ", "%20"))) return caller;
      throw new InvalidCredential('the claim "sub" is not one of AUTH_SUBJECTS');
    },
  });
}

function githubRule(groups: Groups, scopes: readonly string[]): GitHubRule {
  const { owner, ownerId, name, repositoryId, ref, environment, pulls } = groups;
  const common = {
    repository: `${owner}/${name}`,
    ...(ownerId === undefined ? {} : { ownerId }),
    ...(repositoryId === undefined ? {} : { repositoryId }),
    scopes,
  };
  if (ref !== undefined) return { ...common, ref };
  if (pulls !== undefined) return { ...common, pullRequests: true };
  // GitHub escapes the colon only. A blank cannot be in a list that blanks separate, so it is written as %20.
  return { ...common, environment: (environment ?? "").replaceAll("%3A", ":").replaceAll("%20", " ") };
}

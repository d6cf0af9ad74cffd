/** Jobs of GitHub Actions. */
import { checkOptions, type KnownOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import type { ClaimReader } from "../claim-reader.ts";
import { checkOneOrMore, wrongSetting } from "../setting.ts";
import { checkName, type WorkloadGrants, workloadMap } from "../workload.ts";

/** The jobs of a repository. */
export interface GitHubJob extends WorkloadGrants {
  /** The owner and the name, exactly as GitHub writes them: `acme/notes`. */
  readonly repository: string;
  /** The id of the owner, in digits. With it, a new owner of a name that became free is refused. */
  readonly ownerId?: string;
  /** The id of the repository, in digits. */
  readonly repositoryId?: string;
  /** The events that may start the job. Default: every event but those of pull requests, whose code anyone may have written. */
  readonly event?: string | readonly [string, ...string[]];
}

/** A job that may call: of a repository, and of a ref, of an environment, or of pull requests on purpose. */
export type GitHubRule = GitHubJob &
  (
    | {
        /** The full ref, or several: `refs/heads/main`. */
        readonly ref: string | readonly [string, ...string[]];
        readonly environment?: string;
        readonly pullRequests?: never;
      }
    | {
        /** The jobs of pull requests, from any branch: anyone who can open one chooses the code. */
        readonly pullRequests: true;
        readonly ref?: never;
        readonly environment?: never;
      }
    | {
        /** The environment of the job, which can demand a reviewer. */
        readonly environment: string;
        readonly ref?: never;
        readonly pullRequests?: never;
      }
  );

/** The options of `githubActions()`. */
export interface GitHubActionsOptions {
  /** The jobs that may call. Everyone on GitHub gets tokens for your audience. */
  readonly allow: readonly [GitHubRule, ...GitHubRule[]];
}

interface Job {
  readonly subject: string;
  readonly repository: string;
  readonly ownerId: string | undefined;
  readonly repositoryId: string | undefined;
  readonly event: string;
  readonly ref: string | undefined;
  readonly environment: string | undefined;
}

const ofRule: KnownOptions<GitHubRule> = {
  repository: true,
  ownerId: true,
  repositoryId: true,
  event: true,
  ref: true,
  environment: true,
  pullRequests: true,
  roles: true,
  scopes: true,
};
const repositoryName = /^[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._-]+$/;
const digits = /^[0-9]+$/;
const fullRef = /^refs\/[^\s*?[\\^~:]+$/;
const environmentName = /^[^\s*](?:[^*]*[^\s*])?$/;
const eventName = /^[a-z_]+$/;
/** Both formats, with and without the ids: `repo:acme/notes:…` and `repo:acme@65/notes@74:…`. */
const subjectForm =
  /^repo:(?<owner>[A-Za-z0-9-]+)(?:@(?<ownerId>[0-9]+))?\/(?<name>[A-Za-z0-9._-]+)(?:@(?<nameId>[0-9]+))?:(?<context>.+)$/u;

/**
 * The map for tokens of jobs of GitHub Actions. The subject of a caller has no ids, so it is the same in both formats of `sub`.
 * The rules are compared with the claims, which have to agree with `sub`. A `sub` that an organisation has customised is refused.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * githubActions({ allow: [{ repository: "acme/notes", environment: "production", scopes: ["notes:write"] }] });
 * ```
 */
export function githubActions(options: GitHubActionsOptions): ClaimsMap {
  checkOptions<GitHubActionsOptions>("githubActions()", options, { allow: true });
  return workloadMap<GitHubRule, Job>({
    name: "github-actions",
    where: "githubActions()",
    allow: options.allow,
    checkRule: checkGitHubRule,
    identify: readJob,
    matches: isAllowed,
  });
}

function checkGitHubRule(where: string, rule: GitHubRule): void {
  checkOptions<GitHubRule>(where, rule, ofRule);
  const { repository, ownerId, repositoryId, event, ref, environment, pullRequests } = rule;
  checkName(where, "repository", repository, repositoryName);
  if (ownerId !== undefined) checkName(where, "ownerId", ownerId, digits);
  if (repositoryId !== undefined) checkName(where, "repositoryId", repositoryId, digits);
  for (const each of event === undefined ? [] : checkOneOrMore(where, "event", event)) checkName(where, "event", each, eventName);
  for (const each of ref === undefined ? [] : checkOneOrMore(where, "ref", ref)) checkName(where, "ref", each, fullRef);
  if (environment !== undefined) checkName(where, "environment", environment, environmentName);
  const isOfCode = ref !== undefined || environment !== undefined;
  // `pullRequests: false` is not a condition.
  if (isOfCode === (pullRequests === true) || (pullRequests !== undefined && pullRequests !== true)) {
    throw wrongSetting(
      where,
      "set ref, environment or both, or pullRequests: true alone: a repository alone lets every branch call",
    );
  }
}

function readJob(reader: ClaimReader): Job {
  const need = (claim: string): string => reader.text(claim, "allow") ?? reader.refuse(claim, "allow", "is missing");
  const { owner, ownerId, name, nameId, context } = subjectForm.exec(need("sub"))?.groups ?? {};
  if (context === undefined) return reader.refuse("sub", "allow", "is not one of GitHub's two formats");
  const job = {
    repository: need("repository"),
    ownerId: reader.text("repository_owner_id", "allow"),
    repositoryId: reader.text("repository_id", "allow"),
    event: need("event_name"),
    ref: reader.text("ref", "allow"),
    environment: reader.text("environment", "allow"),
  };
  if (`${owner}/${name}` !== job.repository) reader.refuse("repository", "allow", 'does not agree with "sub"');
  if (ownerId !== undefined && ownerId !== job.ownerId) reader.refuse("repository_owner_id", "allow", 'does not agree with "sub"');
  if (nameId !== undefined && nameId !== job.repositoryId) reader.refuse("repository_id", "allow", 'does not agree with "sub"');
  if (!contextsOf(job).includes(context))
    reader.refuse("sub", "allow", "does not agree with the environment, the event and the ref");
  return { ...job, subject: `repo:${job.repository}:${context}` };
}

/** The end of `sub`: the environment if there is one, or `pull_request`, or the ref. */
function contextsOf({ environment, event, ref }: Omit<Job, "subject">): readonly string[] {
  // GitHub escapes this character only.
  if (environment !== undefined) return [`environment:${environment.replaceAll(":", "%3A")}`];
  const ofRef = ref === undefined ? [] : [`ref:${ref}`];
  if (event === "pull_request") return ["pull_request"];
  // The other events of pull requests run on a branch of the repository.
  return event.startsWith("pull_request") ? ["pull_request", ...ofRef] : ofRef;
}

function isAllowed(rule: GitHubRule, job: Job): boolean {
  const { ownerId = job.ownerId, repositoryId = job.repositoryId, environment = job.environment } = rule;
  return (
    rule.repository === job.repository &&
    ownerId === job.ownerId &&
    repositoryId === job.repositoryId &&
    environment === job.environment &&
    (rule.ref === undefined || [rule.ref].flat().some((ref) => ref === job.ref)) &&
    isAllowedEvent(rule, job)
  );
}

function isAllowedEvent({ event, pullRequests }: GitHubRule, job: Job): boolean {
  const isOfPullRequest = job.event.startsWith("pull_request");
  if (pullRequests === true && !isOfPullRequest) return false;
  return event === undefined ? pullRequests === true || !isOfPullRequest : [event].flat().includes(job.event);
}

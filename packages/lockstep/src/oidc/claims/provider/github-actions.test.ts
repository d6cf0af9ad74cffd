import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BuildError } from "../../../problem/error.ts";
import { read, refusal, refuses, summary } from "../map.fixture.ts";
import { githubActions, type GitHubRule } from "./github-actions.ts";

const iss = "https://token.actions.githubusercontent.com";
const push = {
  iss,
  sub: "repo:acme/notes:ref:refs/heads/main",
  aud: "https://notes.example",
  ref: "refs/heads/main",
  ref_type: "branch",
  sha: "f1d2d2f924e986ac86fdf7b36c94bcdf32beec15",
  repository: "acme/notes",
  repository_owner: "acme",
  repository_id: "74",
  repository_owner_id: "65",
  repository_visibility: "private",
  actor: "ann",
  event_name: "push",
  workflow: "deploy",
  job_workflow_ref: "acme/notes/.github/workflows/deploy.yml@refs/heads/main",
  runner_environment: "github-hosted",
  run_id: "1",
  jti: "j-1",
  iat: 1_760_000_000,
  nbf: 1_759_999_400,
  exp: 1_760_000_300,
};
const withIds = { ...push, sub: "repo:acme@65/notes@74:ref:refs/heads/main" };
const deploy = { ...push, sub: "repo:acme/notes:environment:production", environment: "production" };
const pullRequest = { ...push, sub: "repo:acme/notes:pull_request", ref: "refs/pull/7/merge", event_name: "pull_request" };

const main = githubActions({
  allow: [{ repository: "acme/notes", ref: "refs/heads/main", roles: ["reader"], scopes: ["notes:read"] }],
});
const production = githubActions({ allow: [{ repository: "acme/notes", environment: "production", scopes: ["notes:write"] }] });

test("github-actions: a job is a service with the roles and scopes of the first rule that matches", () => {
  assert.deepEqual(summary(main, push), [`${iss}#service:repo:acme/notes:ref:refs/heads/main`, ["reader"], "notes:read"]);
  assert.deepEqual(summary(production, deploy), [`${iss}#service:repo:acme/notes:environment:production`, [], "notes:write"]);
  const both = githubActions({
    allow: [
      { repository: "acme/notes", environment: "production", scopes: ["notes:write"] },
      { repository: "acme/notes", ref: ["refs/heads/next", "refs/heads/main"], scopes: ["notes:read"] },
    ],
  });
  assert.deepEqual([read(both, deploy).scopes, read(both, push).scopes], [["notes:write"], ["notes:read"]]);
});

test("github-actions: both formats of sub are the same caller", () => {
  assert.deepEqual(summary(main, withIds), summary(main, push));
  const ids = { ...deploy, sub: "repo:acme@65/notes@74:environment:production" };
  assert.deepEqual(summary(production, ids), summary(production, deploy));
});

test("github-actions: ids in a rule refuse a new owner of an old name", () => {
  const pinned = githubActions({
    allow: [{ repository: "acme/notes", ref: "refs/heads/main", ownerId: "65", repositoryId: "74" }],
  });
  for (const good of [push, withIds]) assert.equal(read(pinned, good).kind, "service");
  assert.match(refusal(pinned, { ...push, repository_owner_id: "99" }), /is not a workload that githubActions\(\) allows/);
  assert.match(refusal(pinned, { ...push, repository_id: "99" }), /"sub" is not a workload/);
  assert.match(refusal(pinned, { ...push, repository_id: undefined }), /"sub" is not a workload/);
});

test("github-actions: an environment with a colon is written in sub as GitHub escapes it", () => {
  const map = githubActions({ allow: [{ repository: "acme/notes", environment: "eu:prod" }] });
  assert.ok(read(map, { ...deploy, environment: "eu:prod", sub: "repo:acme/notes:environment:eu%3Aprod" }).id);
  const crafted = { ...deploy, environment: "eu:prod", sub: "repo:acme/notes:environment:eu:prod" };
  assert.match(refusal(map, crafted), /"sub" does not agree with the environment/);
});

const none = /^the claim "sub" is not a workload that githubActions\(\) allows \(claims map github-actions, setting allow\)$/;

describe("github-actions: a rule for a branch", () => {
  refuses(main, push, {
    "another owner": [{ sub: "repo:evil/notes:ref:refs/heads/main", repository: "evil/notes" }, none],
    "an owner that begins like ours": [{ sub: "repo:acme-evil/notes:ref:refs/heads/main", repository: "acme-evil/notes" }, none],
    "an owner that ends like ours": [{ sub: "repo:evil-acme/notes:ref:refs/heads/main", repository: "evil-acme/notes" }, none],
    "a repository that begins like ours": [
      { sub: "repo:acme/notes-evil:ref:refs/heads/main", repository: "acme/notes-evil" },
      none,
    ],
    "a repository in other letters": [{ sub: "repo:Acme/notes:ref:refs/heads/main", repository: "Acme/notes" }, none],
    "another branch": [{ sub: "repo:acme/notes:ref:refs/heads/dev", ref: "refs/heads/dev" }, none],
    "a branch that begins like ours": [{ sub: "repo:acme/notes:ref:refs/heads/main2", ref: "refs/heads/main2" }, none],
    "a tag of the same name": [{ sub: "repo:acme/notes:ref:refs/tags/main", ref: "refs/tags/main" }, none],
    "the jobs of pull requests": [pullRequest, none],
    "pull_request_target, which runs on our branch": [{ event_name: "pull_request_target" }, none],
    "a pull request in an environment": [{ ...deploy, event_name: "pull_request" }, none],
    "a token without an event": [{ event_name: undefined }, /"event_name" is missing/],
    "a sub that does not agree with the repository": [
      { sub: "repo:acme/other:ref:refs/heads/main" },
      /"repository" does not agree with "sub"/,
    ],
    "a repository that does not agree with sub": [{ repository: "acme/other" }, /"repository" does not agree/],
    "a sub that does not agree with the ref": [
      { sub: "repo:acme/notes:ref:refs/heads/dev" },
      /"sub" does not agree with the environment/,
    ],
    "a sub of a pull request beside the event of a push": [{ sub: "repo:acme/notes:pull_request" }, /"sub" does not agree/],
    "a sub with an environment that no claim names": [{ sub: "repo:acme/notes:environment:production" }, /"sub" does not agree/],
    "a customised sub": [{ sub: "repository_owner:acme:ref:refs/heads/main" }, /is not one of GitHub's two formats/],
    "a sub that only contains ours": [{ sub: "x:repo:acme/notes:ref:refs/heads/main" }, /is not one of GitHub's two formats/],
  });
  refuses(main, withIds, {
    "an owner's id that does not agree": [
      { sub: "repo:acme@66/notes@74:ref:refs/heads/main" },
      /"repository_owner_id" does not agree with "sub"/,
    ],
    "a repository's id that does not agree": [
      { sub: "repo:acme@65/notes@75:ref:refs/heads/main" },
      /"repository_id" does not agree with "sub"/,
    ],
    "an id that is not a number": [{ sub: "repo:acme@x/notes@74:ref:refs/heads/main" }, /two formats/],
    "an owner whose name holds our id": [
      { sub: "repo:acme-65@1/notes@74:ref:refs/heads/main", repository: "acme-65/notes", repository_owner_id: "1" },
      none,
    ],
  });
});

describe("github-actions: a rule for an environment", () => {
  refuses(production, deploy, {
    "another environment": [{ sub: "repo:acme/notes:environment:staging", environment: "staging" }, none],
    "an environment that begins like ours": [{ sub: "repo:acme/notes:environment:production2", environment: "production2" }, none],
    "a branch of this name": [{ sub: "repo:acme/notes:ref:production", environment: undefined, ref: "production" }, none],
    "a pull request in the environment": [{ event_name: "pull_request" }, none],
  });
});

test("github-actions: pull requests may call if a rule says so, and only they", () => {
  const map = githubActions({ allow: [{ repository: "acme/notes", pullRequests: true, scopes: ["notes:read"] }] });
  assert.deepEqual(summary(map, pullRequest), [`${iss}#service:repo:acme/notes:pull_request`, [], "notes:read"]);
  assert.match(refusal(map, push), none);
  assert.match(refusal(map, { ...pullRequest, sub: "repo:acme2/notes:pull_request", repository: "acme2/notes" }), none);
});

test("github-actions: a rule can name the events", () => {
  const rule = { repository: "acme/notes", ref: "refs/heads/main", event: ["push", "schedule"] } as const;
  const map = githubActions({ allow: [rule] });
  assert.ok(read(map, { ...push, event_name: "schedule" }).id);
  assert.match(refusal(map, { ...push, event_name: "workflow_dispatch" }), none);
});

test("github-actions: conditions have to be stated, in full and without patterns", () => {
  const make = (...allow: readonly object[]): unknown => githubActions({ allow: allow as unknown as [GitHubRule] });
  const repository = "acme/notes";
  assert.ok(make({ repository, ref: "refs/heads/main", environment: "production" }));
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ repository }, /set ref, environment or both, or pullRequests: true alone/],
    [{ repository, pullRequests: false }, /set ref, environment or both/],
    [{ repository, ref: "refs/heads/main", pullRequests: true }, /set ref, environment or both/],
    [{ ref: "refs/heads/main" }, /set repository to one exact name/],
    [{ repository: "acme/*", ref: "refs/heads/main" }, /set repository/],
    [{ repository: "acme", ref: "refs/heads/main" }, /set repository/],
    [{ repository: "acme/notes/", ref: "refs/heads/main" }, /set repository/],
    [{ repository, ref: "main" }, /set ref to one exact name/],
    [{ repository, ref: "refs/heads/*" }, /set ref/],
    [{ repository, ref: [] }, /set ref to at least one text/],
    [{ repository, environment: "*" }, /set environment/],
    [{ repository, environment: "" }, /set environment/],
    [{ repository, ref: "refs/heads/main", ownerId: "acme" }, /set ownerId/],
    [{ repository, branch: "main" }, /correct or remove the option "branch"/],
    [{ repository, ref: "refs/heads/main", scopes: ["a b"] }, /set scopes to a list of scopes/],
  ];
  for (const [rule, message] of wrong) {
    assert.throws(
      () => make(rule),
      (error) => error instanceof BuildError && error.code === "wrong_option" && message.test(error.message),
      JSON.stringify(rule),
    );
  }
  assert.throws(() => make(), /^BuildError: githubActions\(\): set allow to a list of the workloads that may call/);
  // @ts-expect-error Property 'allow' is missing
  assert.throws(() => githubActions({}), { code: "wrong_option" });
  // @ts-expect-error Expected 1 arguments
  assert.throws(() => githubActions(), { code: "wrong_option" });
});

/** Reads the workflows of .github/workflows as GitHub reads them, because no test can run them. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { root } from "./steps.ts";

interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly name?: string;
  readonly uses?: string;
  readonly needs?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
  readonly "timeout-minutes"?: number;
}

interface Workflow {
  readonly on: object;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = join(root, ".github/workflows");
const texts = new Map(globSync("*.yml", { cwd: folder }).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
// The cast is true of this repository's own files. The tests below fail on one that has no jobs.
const workflows = new Map([...texts].map(([name, text]) => [name, parse(text) as Workflow]));
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

const jobsOf = (workflow: Workflow): readonly (readonly [string, Job])[] => Object.entries(workflow.jobs);
const stepsOf = (workflow: Workflow): readonly Step[] => jobsOf(workflow).flatMap(([, { steps = [] }]) => steps);

/** Tells whether a command exists: npm's own installation, a script of the repository, or a program that it names. */
function isKnown(command: string): boolean {
  const [words = "", path] = command.split(" -- ");
  if (path !== undefined && !existsSync(join(root, path))) return false;
  if (/^npm ci(?: --ignore-scripts)?$/.test(words)) return true;
  const script = /^npm (?:run )?([\w:-]+)$/.exec(words)?.[1];
  return script === undefined ? Object.values(scripts).includes(words) : Object.hasOwn(scripts, script);
}

/** Returns the commands of a step: its own, and the one that it passes to an action. */
function commandsOf({ run, with: options = {} }: Step): readonly string[] {
  return [run, options["script"]].filter((command) => typeof command === "string");
}

test("there are two workflows: one checks and tests, the other releases", () => {
  assert.deepEqual([...workflows.keys()].toSorted(), ["ci.yml", "release.yml"]);
});

for (const [name, workflow] of workflows) {
  describe(name, () => {
    test("every command exists in the repository", () => {
      const commands = stepsOf(workflow).flatMap(commandsOf);
      assert.ok(commands.length > 2);
      assert.deepEqual(
        commands.filter((command) => !isKnown(command)),
        [],
      );
    });

    test("every action is pinned to a commit, and a comment names its version", () => {
      const lines = [...(texts.get(name) ?? "").matchAll(/^.*\buses: (?!\.\/)(.*)$/gm)].map(([, used = ""]) => used);
      assert.ok(lines.length > 2);
      for (const line of lines) assert.match(line, /^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    test("every workflow that it calls exists, and every job that it waits for", () => {
      for (const [, { uses, needs = [] }] of jobsOf(workflow)) {
        if (uses !== undefined) assert.ok(workflows.has(basename(uses)), uses);
        for (const job of [needs].flat()) assert.ok(Object.hasOwn(workflow.jobs, job), job);
      }
    });

    test("no checkout keeps a token, no job keeps a cache, and every job has a time limit", () => {
      for (const { uses = "", with: options = {} } of stepsOf(workflow)) {
        if (uses.startsWith("actions/checkout@")) assert.equal(options["persist-credentials"], false);
        if (uses.startsWith("actions/setup-node@")) assert.equal(options["package-manager-cache"], false);
      }
      for (const [job, { uses, "timeout-minutes": minutes = 0 }] of jobsOf(workflow))
        assert.ok(uses !== undefined || minutes > 0, job);
    });
  });
}

test("the check finds an unknown command and a missing file", () => {
  assert.ok(["npm ci", "npm test", "npm run check", "node tools/test.ts", "npm test -- tools/check.ts"].every(isKnown));
  assert.ok(!["npm run checks", "npm cy", "node tools/no.ts", "npm test -- tools/no.test.ts", "curl example.com"].some(isKnown));
});

test("CI tests on Node 22, 24 and 26", () => {
  const { jobs = {} } = workflows.get("ci.yml") ?? {};
  assert.deepEqual(Object.keys(jobs), ["check", "node-22", "node-24", "node-26"]);
  for (const version of [22, 24, 26]) assert.match(jobs[`node-${version}`]?.name ?? "", new RegExp(`on Node ${version}$`));
});

test("only the job that publishes can get a token for npm, and it waits for CI and runs no install script", () => {
  for (const [name, { permissions, jobs }] of workflows) {
    assert.ok(!Object.values(permissions).includes("write"), name);
    for (const [job, { permissions: own = {} }] of Object.entries(jobs))
      assert.equal(own["id-token"], job === "publish" ? "write" : undefined, job);
  }
  const publish = workflows.get("release.yml")?.jobs["publish"];
  assert.deepEqual(publish?.permissions, { contents: "write", "id-token": "write" });
  assert.deepEqual(publish.needs, ["ci", "mode"]);
  assert.deepEqual(publish.steps?.flatMap(commandsOf), ["npm ci --ignore-scripts", "npm run release"]);
});

/** The program as a child process. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));
const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A running program. */
export interface Program {
  readonly process: ChildProcess;
  readonly url: string;
  /** The values of the first lines, by their labels, for example `Password`. */
  readonly lines: ReadonlyMap<string, string>;
  /** Returns everything printed so far. */
  output(): string;
  errors(): string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

/** The end of a program that did not start. */
export interface FailedStart {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Returns the environment of a test: the machine's, without the variables that configure the program. */
function environment(settings: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const own =
    /^(?:NOTES_.*|IDENTITY_.*|AUTH_.*|PROVIDER_PORT|SMTP_URL|MAIL_FROM|REUSE_PORT|TRUSTED_PROXIES|HOST|PORT|DATABASE_URL|NODE_ENV|NODE_OPTIONS|NODE_TEST_CONTEXT)$/;
  const inherited = Object.entries(process.env).filter(([name]) => !own.test(name));
  return { ...Object.fromEntries(inherited), PORT: "0", DATABASE_URL: "sqlite::memory:", ...settings };
}

/** How Node is started. */
interface Launch {
  readonly args: readonly string[];
  readonly cwd: string;
}

/** The time after which a program is killed, so a test fails instead of hanging with it. */
const limitMs = 170_000;

function ofApplication(args: readonly string[]): Launch {
  return { args: ["--conditions=lockstep-source", ...args, "src/main.ts"], cwd: folder };
}

/** Returns the command of a script of the workspace. */
function npmScript(name: "start" | "start:delegated"): Launch {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  const [command, ...args] = String(scripts[name]).split(" ");
  if (command !== "node") throw new Error(`Change this fixture, too: npm run ${name} runs ${command}`);
  return { args, cwd: root };
}

function launch({ args, cwd }: Launch, settings: Readonly<Record<string, string>>) {
  const env = environment(settings);
  const child = spawn(process.execPath, args, { cwd, env, timeout: limitMs, killSignal: "SIGKILL" });
  const texts = { output: "", errors: "" };
  child.stdout.on("data", (chunk) => (texts.output += String(chunk)));
  child.stderr.on("data", (chunk) => (texts.errors += String(chunk)));
  const ended = once(child, "close").then(([code]) => (typeof code === "number" ? code : null));
  return { child, texts, ended };
}

/** Starts the program and waits for its first lines. It ends with the test. */
export function startProgram(
  test: TestContext,
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<Program> {
  return start(test, ofApplication(args), settings);
}

/** Starts the program as the README does, with the workspace's `npm start`. It ends with the test. */
export function startDemo(test: TestContext, settings: Readonly<Record<string, string>> = {}): Promise<Program> {
  return start(test, npmScript("start"), settings);
}

/** Starts the provider and the program, as the README does with `npm run start:delegated`. Both end with the test. */
export function startDelegated(test: TestContext, settings: Readonly<Record<string, string>>): Promise<Program> {
  return start(test, npmScript("start:delegated"), settings);
}

async function start(test: TestContext, how: Launch, settings: Readonly<Record<string, string>>): Promise<Program> {
  const { child, texts, ended } = launch(how, settings);
  test.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  while (!texts.output.includes("Notes:") && child.exitCode === null && child.signalCode === null)
    await Promise.race([once(child.stdout, "data"), ended]);
  if (!texts.output.includes("Notes:")) throw new Error(`The program did not start: ${texts.errors}`);
  const lines = new Map(
    texts.output
      .trimEnd()
      .split("\n")
      .map((line) => [line.split(":")[0] ?? "", line.slice(line.indexOf(":") + 1).trim()]),
  );
  return { process: child, url: lines.get("Notes") ?? "", lines, output: () => texts.output, errors: () => texts.errors, ended };
}

/** Starts a provider and a program that cannot start. */
export async function failToStartDelegated(settings: Readonly<Record<string, string>>): Promise<FailedStart> {
  const { ended, texts } = launch(npmScript("start:delegated"), settings);
  return { code: await ended, ...texts };
}

/** Starts a program that cannot start. */
export async function failToStart(settings: Readonly<Record<string, string>>): Promise<FailedStart> {
  const { ended, texts } = launch(ofApplication([]), settings);
  return { code: await ended, ...texts };
}

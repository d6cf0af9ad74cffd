/** The program as a child process. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));

/** A program that runs. */
export interface Program {
  readonly process: ChildProcess;
  readonly url: string;
  /** What stands after `Password:` and the like in the first lines. */
  readonly lines: ReadonlyMap<string, string>;
  /** Everything printed so far. */
  output(): string;
  errors(): string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

/** How a program that did not start ended. */
export interface FailedStart {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** The environment of a test: the machine's, without what configures the program. */
function environment(settings: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const own =
    /^(?:NOTES_.*|IDENTITY_.*|SMTP_URL|MAIL_FROM|REUSE_PORT|TRUSTED_PROXIES|HOST|PORT|DATABASE_URL|NODE_ENV|NODE_OPTIONS|NODE_TEST_CONTEXT)$/;
  const inherited = Object.entries(process.env).filter(([name]) => !own.test(name));
  return { ...Object.fromEntries(inherited), PORT: "0", DATABASE_URL: "sqlite::memory:", ...settings };
}

function launch(args: readonly string[], settings: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ["--conditions=lockstep-source", ...args, "src/main.ts"], {
    cwd: folder,
    env: environment(settings),
    // A test that waits for a program that hangs fails instead of hanging too.
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  const texts = { output: "", errors: "" };
  child.stdout.on("data", (chunk) => (texts.output += String(chunk)));
  child.stderr.on("data", (chunk) => (texts.errors += String(chunk)));
  const ended = once(child, "close").then(([code]) => (typeof code === "number" ? code : null));
  return { child, texts, ended };
}

/** Starts the program and waits for its first lines; it ends with the test. */
export async function startProgram(
  test: TestContext,
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<Program> {
  const { child, texts, ended } = launch(args, settings);
  test.after(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  // The first lines come in one piece.
  await Promise.race([once(child.stdout, "data"), ended]);
  if (texts.output === "") throw new Error(`The program did not start: ${texts.errors}`);
  const lines = new Map(
    texts.output
      .trimEnd()
      .split("\n")
      .map((line) => [line.split(":")[0] ?? "", line.slice(line.indexOf(":") + 1).trim()]),
  );
  return { process: child, url: lines.get("Notes") ?? "", lines, output: () => texts.output, errors: () => texts.errors, ended };
}

/** Starts a program that cannot start. */
export async function failToStart(settings: Readonly<Record<string, string>>): Promise<FailedStart> {
  const { ended, texts } = launch([], settings);
  return { code: await ended, ...texts };
}

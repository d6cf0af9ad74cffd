/**
 * Imports programs of the gallery, sends their requests, and prints the results as JSON. It runs in a process of its own, which
 * looks like a server and not like a test. A program that does not start does not affect the others.
 */
import type { Exchange } from "./served.ts";

/** The result of one program. */
export interface Outcome {
  /** The error of importing it, if it did not start. */
  readonly error?: { readonly name: string; readonly code: string; readonly message: string };
  /** The answer to the request that should be refused. */
  readonly wrong?: Answered;
  /** The answer to the request that should not be refused. */
  readonly right?: Answered;
}

/** The answer to one request. */
export interface Answered {
  readonly status: number;
  /** The body. */
  readonly text: string;
  /** The reasons that were logged. */
  readonly reasons: readonly string[];
}

/** The exports of a program that starts. */
interface Program {
  readonly wrong?: Exchange;
  readonly right?: Exchange;
}

async function answer({ api, reasons, request }: Exchange): Promise<Answered> {
  const before = reasons.length;
  const response = await api.fetch(request);
  return { status: response.status, text: await response.text(), reasons: reasons.slice(before) };
}

async function outcomeOf(path: string): Promise<Outcome> {
  try {
    // The programs have the exports of `Program`. If one has not, the test fails.
    const { wrong, right } = (await import(path)) as Program;
    return {
      ...(wrong === undefined ? {} : { wrong: await answer(wrong) }),
      ...(right === undefined ? {} : { right: await answer(right) }),
    };
  } catch (error) {
    // Any error is printed. A `BuildError` has all three members.
    const { name, code, message } = error as { readonly name: string; readonly code: string; readonly message: string };
    return { error: { name, code, message } };
  }
}

const outcomes: Outcome[] = [];
for (const path of process.argv.slice(2)) outcomes.push(await outcomeOf(path));
console.log(JSON.stringify(outcomes));

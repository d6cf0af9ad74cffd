/**
 * Imports programs of the gallery, sends their requests, and prints what happened as JSON. It runs in a process of its own, a
 * server as far as it knows: no program keeps another from starting.
 */
import type { Exchange } from "./served.ts";

/** What came of one program. */
export interface Outcome {
  /** The error of importing it, if it did not start. */
  readonly error?: { readonly name: string; readonly code: string; readonly message: string };
  /** The answer to the request that should be refused. */
  readonly wrong?: Answered;
  /** The answer to the request that should not. */
  readonly right?: Answered;
}

/** An answer. */
export interface Answered {
  readonly status: number;
  /** The body. */
  readonly text: string;
  /** What the log was told. */
  readonly reasons: readonly string[];
}

/** What a program that is asked exports; one that does not start exports nothing that matters. */
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
    // The programs are written as `Program` says; the test notices one that is not.
    const { wrong, right } = (await import(path)) as Program;
    return {
      ...(wrong === undefined ? {} : { wrong: await answer(wrong) }),
      ...(right === undefined ? {} : { right: await answer(right) }),
    };
  } catch (error) {
    // Whatever it is, it is printed. A `BuildError` has all three.
    const { name, code, message } = error as { readonly name: string; readonly code: string; readonly message: string };
    return { error: { name, code, message } };
  }
}

const outcomes: Outcome[] = [];
for (const path of process.argv.slice(2)) outcomes.push(await outcomeOf(path));
console.log(JSON.stringify(outcomes));

/**
 * Reads a password from a hidden prompt or from standard input. Never from an argument, because every user of the machine can see
 * those.
 */
import type { ReadStream } from "node:tty";
import { Redacted } from "lockstep";
import { Failure } from "./failure.ts";

/** Where a password is read from, and where the prompt is written. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & Partial<Pick<ReadStream, "isTTY" | "setRawMode">>;
  readonly stderr: NodeJS.WritableStream;
}

const maxBytes = 4096;

/**
 * Reads a password.
 *
 * @throws Failure if there is none, or if the two passwords that were typed differ
 */
export async function readPassword(terminal: Terminal): Promise<Redacted<string>> {
  if (terminal.stdin.isTTY !== true) return new Redacted(await piped(terminal.stdin));
  const password = await typed("Password: ", terminal);
  if ((await typed("Once more: ", terminal)) !== password) throw new Failure("Type the same password twice: these two differ");
  return new Redacted(password);
}

/** Reads the first line. */
async function piped(stdin: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > maxBytes) throw new Failure("Pass a shorter password: the one on standard input is too long");
    chunks.push(part);
  }
  const line = Buffer.concat(chunks).toString("utf8").split(/\r?\n/, 1)[0] ?? "";
  if (line === "") throw new Failure("Pipe a password in, or call this from a terminal: there is no password on standard input");
  return line;
}

async function typed(prompt: string, { stdin, stderr }: Terminal): Promise<string> {
  stderr.write(prompt);
  stdin.setRawMode?.(true);
  try {
    return await typedLine(stdin);
  } finally {
    stdin.setRawMode?.(false);
    stdin.pause();
    stderr.write("\n");
  }
}

/** Reads a line until Enter. Backspace deletes a character; Ctrl-C and Ctrl-D cancel. */
function typedLine(stdin: NodeJS.ReadableStream): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let line = "";
  const hear = (chunk: string | Buffer): void => {
    for (const key of chunk.toString()) {
      if (key === "\r" || key === "\n") return resolve(line);
      if (key === "\u0003" || key === "\u0004") return reject(new Failure("Nothing was changed"));
      line = key === "\u007f" || key === "\b" ? Array.from(line).slice(0, -1).join("") : line + key;
    }
  };
  stdin.on("data", hear).resume();
  return promise.finally(() => stdin.off("data", hear));
}

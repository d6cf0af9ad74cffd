/**
 * Reads a secret from standard input, or from a prompt that does not show it. Never from an argument: every user of the machine
 * can see those, and a shell keeps them in its history.
 */
import type { ReadStream } from "node:tty";
import { Failure } from "./failure.ts";

/** Where a secret is read from, and where the prompt is written. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & Partial<Pick<ReadStream, "isTTY" | "setRawMode">>;
  readonly stderr: NodeJS.WritableStream;
}

/** Far more than any secret, so a file that was piped in by mistake does not fill the memory. Bytes. */
const maxBytes = 1024 * 1024;

/**
 * Reads a secret. Blanks and line ends around it do not belong to it.
 *
 * @throws Failure if there is none, or too much
 */
export async function readSecret(prompt: string, terminal: Terminal): Promise<string> {
  const text = terminal.stdin.isTTY === true ? await typed(prompt, terminal) : await piped(terminal.stdin);
  const secret = text.trim();
  if (secret === "") throw new Failure("Pipe the token in, or paste it into the terminal: there is nothing on standard input");
  return secret;
}

async function piped(stdin: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > maxBytes) throw new Failure("Pipe in one token and nothing else: there is more than 1 MiB on standard input");
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function typed(prompt: string, { stdin, stderr }: Terminal): Promise<string> {
  stderr.write(prompt);
  // In this mode the terminal shows nothing, and lines may be longer than 4,096 bytes.
  stdin.setRawMode?.(true);
  try {
    return await typedLine(stdin);
  } finally {
    stdin.setRawMode?.(false);
    stdin.pause();
    stderr.write("\n");
  }
}

/** Reads until Enter. Ctrl-C and Ctrl-D cancel. */
function typedLine(stdin: NodeJS.ReadableStream): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let line = "";
  const hear = (chunk: string | Buffer): void => {
    for (const key of chunk.toString()) {
      if (key === "\r" || key === "\n") return resolve(line);
      if (key === "\u0003" || key === "\u0004") return reject(new Failure("Nothing was read"));
      line += key;
    }
  };
  stdin.on("data", hear).resume();
  return promise.finally(() => stdin.off("data", hear));
}

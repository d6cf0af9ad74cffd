/** Reads the gallery: what each file promises, and the table of them that stands in `README.md`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One bug. */
export interface Exhibit {
  readonly name: string;
  /** The absolute path. */
  readonly path: string;
  /** Where it stops. */
  readonly stage: "compile" | "start-up";
  /** The code of the `BuildError`; for a bug that compiles. */
  readonly code: string;
  /** A fragment of the sentence that the developer reads. */
  readonly sentence: string;
  /** The bug, in the first sentence of the file. */
  readonly title: string;
}

const header =
  /^\/\/ fails: (?<stage>compile|start-up)(?: (?<code>[a-z_]+))? — (?<sentence>.+)\n\/\*\*\n \* (?<text>[^]*?)\n \*\//u;

/** Every bug, in the order of the numbers. */
export function exhibits(): readonly Exhibit[] {
  const names = readdirSync(import.meta.dirname).filter((name) => /^\d\d-.*\.ts$/u.test(name));
  return names.toSorted().map((name) => exhibit(name));
}

function exhibit(name: string): Exhibit {
  const path = join(import.meta.dirname, name);
  const found = header.exec(readFileSync(path, "utf8"))?.groups;
  const stage = found?.["stage"] === "compile" ? "compile" : "start-up";
  const title = (found?.["text"] ?? "").replaceAll("\n * ", " ").split(/[.:] /u)[0] ?? "";
  return { name, path, stage, code: found?.["code"] ?? "", sentence: found?.["sentence"] ?? "", title };
}

/** The table of `README.md`. */
export function table(all: readonly Exhibit[]): string {
  const rows = all.map(({ name, stage, code, sentence, title }) => {
    const stops = stage === "compile" ? "compile" : `start-up, \`${code}\``;
    return `| [${name.slice(0, 2)}](${name}) | ${title} | ${stops} | ${sentence} |`;
  });
  return ["| file | the bug | stops at | what the developer reads |", "|---|---|---|---|", ...rows].join("\n");
}

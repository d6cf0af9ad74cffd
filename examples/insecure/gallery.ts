/** Reads the first comments of the gallery's files, and writes the tables of `README.md`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The stage that stops a bug. Nothing stops an `open` one: it compiles, starts and answers. */
export type Stage = "compile" | "start-up" | "answer" | "open";

/** One bug. */
export interface Exhibit {
  readonly name: string;
  /** The absolute path. */
  readonly path: string;
  readonly stage: Stage;
  /** The code of the `BuildError`, or the status of the answer. Empty for the other stages. */
  readonly code: string;
  /** A part of the sentence that the developer reads. For an open bug, the reason why no type can see it. */
  readonly sentence: string;
  /** The bug, in the first sentence of the file. */
  readonly title: string;
}

const header =
  /^\/\/ (?:fails: (?<stage>compile|start-up|answer)(?: (?<code>[a-z_]+|\d{3}))?|open: adversary) — (?<sentence>.+)\n\/\*\*\n \* (?<text>[^]*?)\n \*\//u;

/** Returns every bug, in the order of the numbers. */
export function exhibits(): readonly Exhibit[] {
  const names = readdirSync(import.meta.dirname).filter((name) => /^\d+-.*\.ts$/u.test(name));
  return names.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).map((name) => exhibit(name));
}

function exhibit(name: string): Exhibit {
  const path = join(import.meta.dirname, name);
  const found = header.exec(readFileSync(path, "utf8"))?.groups;
  const said = found?.["stage"];
  const stage = said === "compile" || said === "start-up" || said === "answer" ? said : "open";
  const title = (found?.["text"] ?? "").replaceAll("\n * ", " ").split(/[.:] /u)[0] ?? "";
  return { name, path, stage, code: found?.["code"] ?? "", sentence: found?.["sentence"] ?? "", title };
}

const columns: Readonly<Record<Stage, readonly string[]>> = {
  compile: ["file", "the bug", "what the developer reads"],
  "start-up": ["file", "the bug", "code", "what the developer reads"],
  answer: ["file", "the bug", "status", "what the developer reads"],
  open: ["file", "the bug", "why no type can see it"],
};

/** Returns the table of one stage, as `README.md` shows it. */
export function table(all: readonly Exhibit[], stage: Stage): string {
  const rows = all
    .filter((each) => each.stage === stage)
    .map(({ name, code, sentence, title }) => {
      const between = stage === "start-up" ? [`\`${code}\``] : stage === "answer" ? [code] : [];
      return [`[${name.split("-", 1).join()}](${name})`, title, ...between, sentence];
    });
  const lines = [columns[stage], columns[stage].map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

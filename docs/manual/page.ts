/**
 * Checks of the written pages: every TypeScript block is quoted from a file that a test runs, every quoted message is in the
 * sources, and every link leads somewhere.
 */
import { dirname, join, normalize } from "node:path";

/** A page, and how to read the files that it names. */
export interface Page {
  /** The path from the repository's root, for example `docs/manual/README.md`. */
  readonly path: string;
  readonly text: string;
  /** Returns the text of a file, by its path from the repository's root, or `undefined` if there is no such file. */
  readonly read: (path: string) => string | undefined;
}

/** A block between two fences, and the HTML comment before it. */
interface Block {
  readonly line: number;
  readonly language: string;
  readonly comment: string;
  readonly text: string;
}

const fence = /^(```+)(\w*)$/;
const comment = /^<!-- (.+) -->$/;

function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = text.split("\n");
  for (let index = 0; index < lines.length; index += 1) {
    const [, ticks, language = ""] = fence.exec(lines[index] ?? "") ?? [];
    if (ticks === undefined) continue;
    const end = lines.indexOf(ticks, index + 1);
    const before = lines.slice(0, index).findLast((each) => each.trim() !== "") ?? "";
    const found = comment.exec(before)?.[1] ?? "";
    blocks.push({ line: index + 1, language, comment: found, text: lines.slice(index + 1, end).join("\n") });
    index = end === -1 ? lines.length : end;
  }
  return blocks;
}

/** Returns the files that a page quotes, by their paths from the repository's root. */
export function listingsOf({ path, text }: Pick<Page, "path" | "text">): readonly string[] {
  return blocksOf(text).flatMap((block) => {
    const [file] = listingNamed(block);
    return file === undefined ? [] : [normalize(join(dirname(path), file))];
  });
}

function listingNamed({ comment }: Block): readonly string[] {
  return comment.startsWith("listing: ") ? comment.slice("listing: ".length).split("#") : [];
}

/** Returns the problems with the TypeScript blocks of a page. */
export function listingProblems(page: Page): readonly string[] {
  return blocksOf(page.text).flatMap((block) => {
    const where = `${page.path}:${block.line}`;
    const [file, region] = listingNamed(block);
    if (file === undefined) {
      return block.language === "ts" ? [`${where}: write <!-- listing: file.ts#region --> before this block`] : [];
    }
    const source = page.read(normalize(join(dirname(page.path), file)));
    if (source === undefined) return [`${where}: there is no ${file}`];
    const quoted = region === undefined ? wholeOf(source) : regionOf(source, region);
    if (quoted === undefined) return [`${where}: ${file} has no region ${region}`];
    return quoted === block.text ? [] : [`${where}: differs from ${block.comment}, which is\n${quoted}`];
  });
}

/** Markers and directives are for tools, not for readers. */
const directive = /^\s*\/\/ (?:#region |#endregion$|oxlint-disable)/;

function wholeOf(source: string): string {
  return readable(source.split("\n")).join("\n").trim();
}

function regionOf(source: string, name: string): string | undefined {
  const lines = source.split("\n");
  const start = lines.findIndex((line) => line.trim() === `// #region ${name}`);
  if (start === -1) return undefined;
  const indent = /^\s*/.exec(lines[start] ?? "")?.[0].length ?? 0;
  const end = lines.findIndex((line, index) => index > start && line.slice(indent) === "// #endregion");
  if (end === -1) return undefined;
  return readable(lines.slice(start + 1, end))
    .map((line) => line.slice(indent))
    .join("\n");
}

function readable(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !directive.test(line));
}

/**
 * Returns the problems with the messages that a page quotes. A block after `<!-- message -->` must be in the sources, word for
 * word. After `<!-- message: path.id -->`, the given value may replace a placeholder of the sources, `${…}`.
 */
export function messageProblems(page: Pick<Page, "path" | "text">, sources: string): readonly string[] {
  return blocksOf(page.text).flatMap(({ comment, text, line }) => {
    const [kind, value] = comment.split(": ");
    if (kind !== "message") return [];
    return text
      .split("\n")
      .filter((quoted) => !isSaid(quoted, value, sources))
      .map((quoted) => `${page.path}:${line}: nothing in the sources says "${quoted}"`);
  });
}

function isSaid(quoted: string, value: string | undefined, sources: string): boolean {
  if (value === undefined) return sources.includes(quoted);
  return quoted.includes(value) && sources.replaceAll(/\$\{[^}]+\}/g, "${}").includes(quoted.replaceAll(value, "${}"));
}

/** Returns the problems with the links of a page: missing files and headings. */
export function linkProblems(page: Page, isThere: (path: string) => boolean): readonly string[] {
  const prose = page.text.replaceAll(/^```[\s\S]*?^```$/gm, "").replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file = "", heading] = target.split("#");
    const path = file === "" ? page.path : normalize(join(dirname(page.path), file));
    if (!isThere(path)) return [`${page.path}: ${target} leads nowhere`];
    if (heading === undefined) return [];
    const text = file === "" ? page.text : (page.read(path) ?? "");
    return headingsOf(text).includes(heading) ? [] : [`${page.path}: ${target} names no heading`];
  });
}

/** Returns the anchors of a page's headings, as GitHub makes them. */
function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Returns the page with every quoted block brought up to date. */
export function withListings(page: Page): string {
  const quote = /^(<!-- listing: (\S+?)(?:#(\S+))? -->\n+```\w*\n)[\s\S]*?(^```$)/gm;
  return page.text.replace(quote, (found, head: string, file: string, region: string | undefined, end: string) => {
    const source = page.read(normalize(join(dirname(page.path), file)));
    const text = source === undefined ? undefined : region === undefined ? wholeOf(source) : regionOf(source, region);
    return text === undefined ? found : `${head}${text}\n${end}`;
  });
}

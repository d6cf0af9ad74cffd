/** Finds the prose of a Markdown page. Blocks of code and comments are not prose. */
import { codeFence, Draft, linesOf, listMark } from "./prose-passage.ts";
import type { Kind, Passage } from "./prose-passage.ts";

/** The paragraphs, list items, headings and cells of a page, in order. The first row of a table holds headings. */
export function passagesOfPage(source: string): readonly Passage[] {
  const found: Passage[] = [];
  let draft = new Draft("paragraph");
  const next = (kind: Kind): void => {
    found.push(...draft.passages());
    draft = new Draft(kind);
  };
  let fenced = false;
  const lines = linesOf(source);
  for (const [index, { text, start }] of lines.entries()) {
    const isFence = codeFence.test(text);
    const isRow = /^\s*\|/.test(text);
    const isHeading = /^#{1,6}\s/.test(text) || (isRow && /^\s*\|[\s:|-]+$/.test(lines[index + 1]?.text ?? ""));
    if (isFence) fenced = !fenced;
    if (isFence || fenced || text.trim() === "") next("paragraph");
    else {
      if (isHeading || isRow || listMark.test(text)) next(isHeading ? "heading" : "paragraph");
      draft.addLine(source, start + markOf(text), start + text.length);
      if (isHeading || isRow) next("paragraph");
    }
  }
  next("paragraph");
  return found;
}

/** The length of what precedes the text: indentation, the mark of a heading, a list item or a quotation. */
function markOf(line: string): number {
  const mark = /^#{1,6}\s+/.exec(line) ?? listMark.exec(line) ?? /^\s*(?:>\s*)*/.exec(line);
  return mark?.[0].length ?? 0;
}

/** Passages: pieces of text for people, as the rules of `prose.ts` see them. This module builds them; others find them. */

/** `line` is one line of a comment with its indentation. The other kinds are running text without line breaks. */
export type Kind = "paragraph" | "heading" | "comment" | "line" | "message" | "test name";

/** A piece of text for people, with the place in the file of each of its characters. */
export interface Passage {
  readonly kind: Kind;
  /** The text that rules read. Each character of code is a `¤`, emphasis is gone, and a run of white space is one space. */
  readonly text: string;
  /** The same text with its code, for the report. It has the same length. */
  readonly shown: string;
  /** The offset of each character in the file. */
  readonly at: readonly number[];
}

const hidden = "¤";

// Code, HTML, inline tags of doc comments, and addresses. A backtick without a partner is text.
const code = /(`+)(?!`)(?:.*?[^`])\1(?!`)|<!--.*?-->|<\/?[a-z][^<>]*>|\{@\w+[^}]*\}|(?<=\])\([^()\s]*\)|https?:\/\/[^\s"'`)]+/gsu;

/** Collects a passage piece by piece. */
export class Draft {
  readonly #kind: Kind;
  #text = "";
  readonly #at: number[] = [];

  constructor(kind: Kind) {
    this.#kind = kind;
  }

  /** Adds a part of one line of the file. A space separates it from the line before. */
  addLine(source: string, from: number, to: number): void {
    if (this.#text !== "") this.#push(" ", from);
    for (let index = from; index < to; index += 1) this.#push(source.charAt(index), index);
  }

  /** Adds a part of a string literal. An escaped quote is the quote; any other escape is a space. */
  addEscaped(source: string, from: number, to: number): void {
    for (let index = from; index < to; index += 1) {
      const escaped = source.charAt(index) === "\\";
      if (escaped) index += 1;
      const character = source.charAt(index);
      this.#push(escaped && /\w/.test(character) ? " " : character, index);
    }
  }

  /** Adds an expression of the program, which is not read. It counts as code. */
  hide(at: number): void {
    this.#push("…", at);
  }

  /** The finished passage, or the cells of a table's row. Empty if nothing was added. */
  passages(): readonly Passage[] {
    const masked = this.#text.replaceAll(code, maskOf).replaceAll("…", hidden);
    const kept: number[] = [];
    for (let index = 0; index < masked.length; index += 1) {
      const isSpace = /\s/.test(masked.charAt(index));
      const isRepeated = isSpace && (kept.length === 0 || /\s/.test(masked.charAt(kept.at(-1) ?? 0)));
      if (!isRepeated && masked.charAt(index) !== "*") kept.push(index);
    }
    const cells =
      (this.#kind === "paragraph" || this.#kind === "heading") && masked.startsWith("|") ? cellsOf(kept, masked) : [kept];
    return cells.filter((cell) => cell.length > 0).map((cell) => this.#passage(cell, masked));
  }

  #passage(kept: readonly number[], masked: string): Passage {
    const pick = (text: string): string => kept.map((index) => text.charAt(index).replace(/\s/, " ")).join("");
    return { kind: this.#kind, text: pick(masked), shown: pick(this.#text), at: kept.map((index) => this.#at[index] ?? 0) };
  }

  #push(character: string, at: number): void {
    this.#text += character;
    this.#at.push(at);
  }
}

/** Hides code, but not the backticks around it, so rules see that a word of code is there. */
function maskOf(found: string): string {
  const quotes = /^`*/.exec(found)?.[0].length ?? 0;
  return "`".repeat(quotes) + hidden.repeat(found.length - 2 * quotes) + "`".repeat(quotes);
}

function cellsOf(kept: readonly number[], masked: string): readonly (readonly number[])[] {
  const cells: number[][] = [[]];
  for (const index of kept) {
    const cell = cells.at(-1);
    if (masked.charAt(index) === "|") cells.push([]);
    else if (cell !== undefined && (cell.length > 0 || masked.charAt(index) !== " ")) cell.push(index);
  }
  return cells;
}

/** One line of a text, without its line break. */
export interface Line {
  readonly text: string;
  readonly start: number;
}

/** The lines of a text. */
export function linesOf(source: string): readonly Line[] {
  let start = 0;
  return source.split("\n").map((text) => {
    const line = { text, start };
    start += text.length + 1;
    return line;
  });
}

/** Where an offset of a file is. Both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Finds the line and column of an offset. */
export function placeOf(lines: readonly Line[], offset: number): Place {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lines[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lines[low]?.start ?? 0) + 1 };
}

/** The mark of a list item, also in a quotation. */
export const listMark = /^\s*(?:>\s*)*(?:[-*+]|\d+[.)])\s+/;

/** A line that opens or closes a block of code. */
export const codeFence = /^\s*(?:>\s*)*(?:```|~~~)/;

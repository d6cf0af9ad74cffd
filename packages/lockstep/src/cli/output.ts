/** Formats text for people. Much of it comes from others, so control characters never reach the terminal. */

/** A text on one line that is safe to print: of a value that is not a text, its JSON. */
export function printable(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.replaceAll(/[\p{C}\u2028\u2029]/gu, "\uFFFD");
}

/** Cuts a text that is longer than `most` characters. */
export function shortened(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

/** Breaks a text into lines of at most `columns`, with a prefix before the first one and as many blanks before the others. */
export function wrapped(prefix: string, text: string, columns: number): readonly string[] {
  const width = Math.max(20, columns - prefix.length);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((each, index) => `${index === 0 ? prefix : " ".repeat(prefix.length)}${each}`.trimEnd());
}

/** Formats a table without a head: aligned columns, of which the last one is broken into lines. */
export function rows(cells: readonly (readonly string[])[], columns: number, indent = "  "): readonly string[] {
  const count = Math.max(0, ...cells.map((row) => row.length)) - 1;
  const widths = Array.from({ length: count }, (_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  return cells.flatMap((row) => {
    const prefix = widths.map((width, column) => `${(row[column] ?? "").padEnd(width)}  `).join("");
    return wrapped(indent + prefix, row[count] ?? "", columns);
  });
}

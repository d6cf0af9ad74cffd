/** Formats tables for people. Cells contain text from others, so control characters never reach the terminal. */

/** The value of a cell. A time is milliseconds since 1970. */
export type Cell = string | number | undefined;

/** Formats a table with aligned columns, or returns a sentence if it is empty. */
export function table(columns: readonly string[], rows: readonly (readonly Cell[])[], whenEmpty: string): string {
  if (rows.length === 0) return whenEmpty;
  const lines = [columns.map((name) => name.toUpperCase()), ...rows.map((row) => row.map(textOf))];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => lengthOf(line[column] ?? ""))));
  return lines.map((line) => padded(line, widths)).join("\n");
}

/** Formats names and values, one per line. */
export function record(values: Readonly<Record<string, Cell>>): string {
  const width = Math.max(...Object.keys(values).map(lengthOf));
  return Object.entries(values)
    .map(([name, value]) => `${name.padEnd(width)}  ${textOf(value)}`)
    .join("\n");
}

/** Formats a time in ISO 8601; `undefined` if there is none. */
export function time(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** Counts in words: "1 user", "2 users". */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function padded(line: readonly string[], widths: readonly number[]): string {
  const cells = line.map((text, column) => text + " ".repeat((widths[column] ?? 0) - lengthOf(text)));
  return cells.join("  ").trimEnd();
}

function textOf(value: Cell): string {
  return value === undefined || value === "" ? "-" : String(value).replaceAll(/[\p{C}\u2028\u2029]/gu, "\uFFFD");
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

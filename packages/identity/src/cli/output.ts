/** Tables for people. What stands in them came from others: no control character of it reaches the terminal. */

/** What a cell may hold: a time is milliseconds since 1970. */
export type Cell = string | number | undefined;

/** A table with its columns aligned; a sentence where it would be empty. */
export function table(columns: readonly string[], rows: readonly (readonly Cell[])[], whenEmpty: string): string {
  if (rows.length === 0) return whenEmpty;
  const lines = [columns.map((name) => name.toUpperCase()), ...rows.map((row) => row.map(textOf))];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => lengthOf(line[column] ?? ""))));
  return lines.map((line) => padded(line, widths)).join("\n");
}

/** Names and values, one below the other. */
export function record(values: Readonly<Record<string, Cell>>): string {
  const width = Math.max(...Object.keys(values).map(lengthOf));
  return Object.entries(values)
    .map(([name, value]) => `${name.padEnd(width)}  ${textOf(value)}`)
    .join("\n");
}

/** A time, as people and programs read it; `undefined` for one that has not come. */
export function time(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** "1 user", "2 users". */
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

/** Reads the tables of this folder, and finds names of files and tests that do not exist. */

/** A row of a table: its id and its other cells. */
export interface TableRow {
  readonly id: string;
  readonly cells: readonly string[];
}

/** A test that a cell names: `file › name`. */
export interface NamedTest {
  readonly file: string;
  readonly name: string;
}

/** Returns the text of a file by its path from the repository's root, or `undefined` if there is no such file. */
export type ReadFile = (path: string) => string | undefined;

const folders: readonly (readonly [short: string, path: string])[] = [
  ["core/", "packages/lockstep/src/"],
  ["identity/", "packages/identity/src/"],
  ["notes/", "apps/notes/test/"],
];

/** Returns the rows of a page's tables whose first cell is an id: `C-01`, `V1.2.3`. */
export function rowsOf(page: string): readonly TableRow[] {
  return [...page.matchAll(/^\| ([A-Z](?:-\d\d|\d+\.\d+\.\d+)) \|(.*)\|$/gm)].map(([, id = "", rest = ""]) => ({
    id,
    cells: rest.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|")),
  }));
}

/** Returns the tests that a row names. */
export function testsOf({ cells }: TableRow): readonly NamedTest[] {
  return codesOf(cells).flatMap((code) => {
    const [file = "", name] = code.split(" › ");
    return name === undefined ? [] : [{ file: pathOf(file), name: code.slice(file.length + " › ".length) }];
  });
}

/** Returns the files that a row names beside its tests. */
export function filesOf({ cells }: TableRow): readonly string[] {
  return codesOf(cells)
    .filter((code) => !code.includes(" › ") && /^[\w./-]+\.(?:ts|md|json)$/.test(code))
    .map(pathOf);
}

/** Returns the attacks that a row of the requirements names. */
export function attacksIn({ cells }: TableRow): readonly string[] {
  return cells.flatMap((cell) => cell.replaceAll(/`[^`]*`/g, "").match(/\b[A-Z]-\d\d\b/g) ?? []);
}

/** Returns the problems of a row: files that do not exist, and tests that are not in their file. */
export function problemsOf(row: TableRow, read: ReadFile): readonly string[] {
  const files = filesOf(row).filter((file) => read(file) === undefined);
  const tests = testsOf(row).filter(({ file, name }) => !isTitleIn(read(file), name));
  return [...files, ...tests.map(({ file, name }) => `${file} › ${name}`)].map((missing) => `${row.id}: ${missing} is not there`);
}

function isTitleIn(source: string | undefined, name: string): boolean {
  return source !== undefined && ['"', "`", "'"].some((quote) => source.includes(`${quote}${name}${quote}`));
}

function codesOf(cells: readonly string[]): readonly string[] {
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code));
}

function pathOf(name: string): string {
  const [short, path] = folders.find(([short]) => name.startsWith(short)) ?? ["", ""];
  return path + name.slice(short.length);
}

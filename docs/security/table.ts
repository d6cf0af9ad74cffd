/** Reads the tables of this folder, and finds the names in them that lead to no file or test. */

/** A row of a table: its id and its other cells. */
export interface TableRow {
  readonly id: string;
  readonly cells: readonly string[];
}

/** A test as a cell names it: `file › name`. */
export interface NamedTest {
  readonly file: string;
  readonly name: string;
}

/** Returns the text of a file of the repository, by its path from the root; `undefined` if there is no such file. */
export type ReadFile = (path: string) => string | undefined;

const folders: readonly (readonly [short: string, path: string])[] = [
  ["core/", "packages/lockstep/src/"],
  ["identity/", "packages/identity/src/"],
  ["notes/", "apps/notes/test/"],
];

/** The rows of all tables of a page whose first cell is an id: `C-01`, `V1.2.3`. */
export function rowsOf(page: string): readonly TableRow[] {
  return [...page.matchAll(/^\| ([A-Z](?:-\d\d|\d+\.\d+\.\d+)) \|(.*)\|$/gm)].map(([, id = "", rest = ""]) => ({
    id,
    cells: rest.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|")),
  }));
}

/** The tests that a row names. */
export function testsOf({ cells }: TableRow): readonly NamedTest[] {
  return codesOf(cells).flatMap((code) => {
    const [file = "", name] = code.split(" › ");
    return name === undefined ? [] : [{ file: pathOf(file), name: code.slice(file.length + " › ".length) }];
  });
}

/** The files that a row names beside its tests. */
export function filesOf({ cells }: TableRow): readonly string[] {
  return codesOf(cells)
    .filter((code) => !code.includes(" › ") && /^[\w./-]+\.(?:ts|md|json)$/.test(code))
    .map(pathOf);
}

/** The rows of the attack table that a row of the other one names. */
export function attacksIn({ cells }: TableRow): readonly string[] {
  return cells.flatMap((cell) => cell.replaceAll(/`[^`]*`/g, "").match(/\b[A-Z]-\d\d\b/g) ?? []);
}

/** Problems with the files and tests that a row names: a file that does not exist, or a test that is not in it. */
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

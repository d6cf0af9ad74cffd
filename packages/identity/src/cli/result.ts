/** Builds results that several commands share: a list up to `--limit`, and whether something was changed. */
import type { Arguments } from "./arguments.ts";
import type { Option, Result } from "./command.ts";
import { type Cell, table } from "./output.ts";

/** Reads the page after an item. */
export type ReadPage<T> = (limit: number, after: T | undefined) => Promise<readonly T[]>;

/** How a list is printed. */
export interface Listing<T> {
  /** Its name in the JSON document. */
  readonly name: string;
  /** An item in the JSON document. */
  readonly json: (item: T) => unknown;
  /** The columns of the table, with the cell that each shows for an item. */
  readonly columns: Readonly<Record<string, (item: T) => Cell>>;
  /** The sentence that is printed if there are no items. */
  readonly whenEmpty: string;
}

/** The option of every list. */
export const limitOption: { readonly limit: Option } = {
  limit: { value: "N", about: "The maximum number to list (default: 100)" },
};

const mostOnPage = 100;

/** Lists the first items, up to `--limit` (default 100), and says whether there are more. */
export async function list<T>(given: Arguments, read: ReadPage<T>, listing: Listing<T>): Promise<Result> {
  const limit = given.whole("limit", { min: 1, max: 1_000_000 }) ?? 100;
  const found: T[] = [];
  while (found.length <= limit) {
    const size = Math.min(mostOnPage, limit + 1 - found.length);
    const page = await read(size, found.at(-1));
    found.push(...page);
    if (page.length < size) break;
  }
  const { name, json, columns, whenEmpty } = listing;
  const [items, hasMore] = [found.slice(0, limit), found.length > limit];
  const cells = items.map((item) => Object.values(columns).map((cell) => cell(item)));
  const text = table(Object.keys(columns), cells, whenEmpty);
  return { json: { [name]: items.map(json), hasMore }, text: hasMore ? `${text}\nThere are more: raise --limit.` : text };
}

/** Says whether the command changed something, or found it as wanted. */
export function changedOrNot(
  about: Readonly<Record<string, string>>,
  isChanged: boolean,
  texts: { readonly changed: string; readonly before: string },
): Result {
  return { json: { ...about, changed: isChanged }, text: isChanged ? texts.changed : texts.before };
}

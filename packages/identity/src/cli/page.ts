/** Reads lists that come in pages, up to `--limit`. */
import type { Arguments } from "./arguments.ts";

/** Reads a page behind an item. */
export type ReadPage<T> = (limit: number, after: T | undefined) => Promise<readonly T[]>;

const mostOnPage = 100;

/** The first items, up to `--limit` (default 100), and whether there are more. */
export async function pages<T>(
  given: Arguments,
  read: ReadPage<T>,
): Promise<{ readonly items: readonly T[]; readonly hasMore: boolean }> {
  const limit = given.whole("limit", { min: 1, max: 1_000_000 }) ?? 100;
  const items: T[] = [];
  while (items.length <= limit) {
    const size = Math.min(mostOnPage, limit + 1 - items.length);
    const page = await read(size, items.at(-1));
    items.push(...page);
    if (page.length < size) break;
  }
  return { items: items.slice(0, limit), hasMore: items.length > limit };
}

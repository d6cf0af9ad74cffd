/**
 * The list of common passwords, folded (`password-fold.ts`). It is unpacked when it is first needed, which takes some tens of
 * milliseconds and 10 MB of memory.
 */
import { brotliDecompressSync } from "node:zlib";
import { packedPasswords } from "./common-password-data.ts";

/** The shortest entry. Shorter passwords are in many good ones by chance. */
export const shortestEntry = 5;

/** The first character of an entry that shares nothing with the one before. The next one means that it shares one. */
const zero = "!".charCodeAt(0);
const mostShared = 90;

/**
 * Packs entries: sorted, each as the number of characters that it shares with the one before, and the rest; then Brotli. The
 * inverse of `unpack()`.
 */
export function frontCoded(entries: Iterable<string>): string {
  let before = "";
  return [...entries]
    .toSorted()
    .map((entry) => {
      let shared = 0;
      while (shared < mostShared && shared < before.length && entry[shared] === before[shared]) shared += 1;
      before = entry;
      return `${String.fromCharCode(zero + shared)}${entry.slice(shared)}`;
    })
    .join("\n");
}

/** Unpacks entries that `frontCoded()` has packed. */
export function unpacked(text: string): Set<string> {
  const entries = new Set<string>();
  let before = "";
  for (const line of text.split("\n")) {
    before = before.slice(0, line.charCodeAt(0) - zero) + line.slice(1);
    entries.add(before);
  }
  return entries;
}

let list: ReadonlySet<string> | undefined;
let longest = 0;

/** The common passwords, folded: every entry is `replaced()` and `plain()`. */
export function commonPasswordList(): ReadonlySet<string> {
  list ??= unpacked(brotliDecompressSync(Buffer.from(packedPasswords, "base64")).toString("utf8"));
  return list;
}

/**
 * Returns how many characters a folded text is worth, if each part that is a common password is worth `worth` characters:
 * choosing one of 100,000 is about as hard as choosing three letters and a half at random.
 */
export function worthOf(folded: string, worth: number): number {
  const entries = commonPasswordList();
  if (longest === 0) for (const entry of entries) longest = Math.max(longest, entry.length);
  const least = [0];
  for (let end = 1; end <= folded.length; end += 1) {
    let best = (least[end - 1] ?? 0) + 1;
    for (let length = shortestEntry; length <= Math.min(end, longest); length += 1) {
      const before = least[end - length] ?? 0;
      if (before + worth < best && entries.has(folded.slice(end - length, end))) best = before + worth;
    }
    least.push(best);
  }
  return least.at(-1) ?? 0;
}

/** Entity tags (RFC 9110 §8.8.3): the name of one version of some content. */

const opaque = /^[\x21\x23-\x7e\x80-\xff]*$/;
const tag = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;
// One element of a list with the comma behind it; RFC 9110 §5.6.1 allows it to be empty.
const element = /[ \t]*(?:((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(?:,|$)/y;

/** An entity tag of a text: the tag itself, or the text inside of its quotes. `undefined` if it cannot be one. */
export function entityTagOf(text: string): string | undefined {
  if (tag.test(text)) return text;
  return opaque.test(text) ? `"${text}"` : undefined;
}

/** The tags of `If-Match` or `If-None-Match`; `"*"` for any. `undefined` if the header is missing or is not well-formed. */
export function entityTagsIn(lines: readonly string[]): readonly string[] | "*" | undefined {
  if (lines.length === 0) return undefined;
  const list = lines.join(",");
  if (list.trim() === "*") return "*";
  const tags: string[] = [];
  for (let at = 0; at < list.length; at = element.lastIndex) {
    element.lastIndex = at;
    const [whole, found] = element.exec(list) ?? [];
    if (whole === undefined) return undefined;
    if (found !== undefined) tags.push(found);
  }
  return tags;
}

/** The strong comparison (RFC 9110 §8.8.3.2): byte for byte the same content. */
export function isSameTag(one: string, other: string): boolean {
  return one === other && !one.startsWith("W/");
}

/** The weak comparison: the same for a reader. */
export function isSameTagWeakly(one: string, other: string): boolean {
  return one.replace(/^W\//, "") === other.replace(/^W\//, "");
}

/** JSON Pointers (RFC 6901): how an answer says which part of an input is wrong. */

/** Appends a name or an index to a pointer, escaped (RFC 6901 §3). */
export function pointerTo(pointer: string, key: PropertyKey): string {
  const text = String(key);
  // Almost no name needs escaping, and a search is cheaper than two replacements.
  return `${pointer}/${text.includes("~") || text.includes("/") ? text.replaceAll("~", "~0").replaceAll("/", "~1") : text}`;
}

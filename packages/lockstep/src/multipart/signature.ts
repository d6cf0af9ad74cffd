/**
 * The first bytes of files whose type browsers run code or show pictures by: a page that is declared as a picture, and is later
 * served from the application's own origin, would be a stored script (CWE-434).
 */

/** How many bytes are looked at. */
export const signatureBytes = 12;

type Matches = (bytes: Uint8Array) => boolean;

const ascii = (bytes: Uint8Array, start: number, end: number): string => String.fromCharCode(...bytes.subarray(start, end));
const begins =
  (...starts: readonly string[]): Matches =>
  (bytes) =>
    starts.some((start) => ascii(bytes, 0, start.length) === start);

const signatures: ReadonlyMap<string, Matches> = new Map<string, Matches>([
  ["image/png", begins("\x89PNG\r\n\x1a\n")],
  ["image/jpeg", begins("\xff\xd8\xff")],
  ["image/gif", begins("GIF87a", "GIF89a")],
  ["image/webp", (bytes) => ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP"],
  ["image/avif", (bytes) => ascii(bytes, 4, 8) === "ftyp"],
  ["application/pdf", begins("%PDF-")],
]);

/** Whether a file begins as one of its type does. For types that are not known here: yes. */
export function beginsAs(type: string, bytes: Uint8Array): boolean {
  return signatures.get(type)?.(bytes) ?? true;
}

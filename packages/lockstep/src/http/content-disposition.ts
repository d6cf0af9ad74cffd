/** `Content-Disposition` (RFC 6266): whether content is shown or saved, and under which name. */

/** Shown in the browser, or saved. */
export type Disposition = "inline" | "attachment";

/** In UTF-16 units: file systems allow 255 bytes, and headers are limited, too. */
const maxLength = 150;
/** Controls, characters that turn the reading direction around, separators of paths, and those that Windows reserves. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\:*?"<>|]/gu;
/** Characters that a quoted name cannot hold, and those that some clients decode in it (RFC 6266 appendix D). */
const unquotable = /[^\x20-\x7e]|["\\%]/gu;
/** `attr-char` (RFC 8187 §3.2.1) that `encodeURIComponent()` leaves and that has to be encoded. */
const unencoded = /['()*]/g;

/**
 * Writes the header. The name may come from a user: nothing in it ends the value, leads to another folder or hides its extension,
 * and a long one keeps the extension. If no name is left, only the disposition is written.
 */
export function contentDisposition(disposition: Disposition, name: string | undefined): string {
  const safe = safeName(name ?? "");
  if (safe === "") return disposition;
  const quoted = `${disposition}; filename="${safe.replaceAll(unquotable, "_")}"`;
  if (!/[^\x20-\x7e]|%/.test(safe)) return quoted;
  const encoded = encodeURIComponent(safe).replaceAll(unencoded, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${quoted}; filename*=UTF-8''${encoded}`;
}

function safeName(name: string): string {
  const clean = name.toWellFormed().replaceAll(unsafe, "_").trim();
  // Names of folders, and names that Windows cuts.
  const named = clean.replace(/^\.+$/, "").replace(/[. ]+$/, "");
  if (named.length <= maxLength) return named;
  const [extension = ""] = /\.[^.]{1,20}$/.exec(named) ?? [];
  return `${named.slice(0, maxLength - extension.length)}${extension}`.toWellFormed().replaceAll("\uFFFD", "_");
}

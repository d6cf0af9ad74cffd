/**
 * Names of files that clients send. A handler may store a file under its name, show the name, or send it on, so dangerous parts
 * are taken out. Store files under names of your own all the same: two files can have the same name.
 */

const maxBytes = 255;

/** Longer endings are not kept when a name is shortened: they do not tell the type of a file. */
const maxEndingBytes = 32;

/** Controls, formatting characters (bidi overrides, CWE-451), line ends, halves of pairs, and unassigned code points. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** Separators of paths, and characters with another meaning on Windows (`a.txt:b` is a stream of a file). */
const reserved = /[/\\:*?"<>|]/u;

/** Devices on Windows, whatever their ending: `con.txt` is the console. */
const device = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=$|[ .])/iu;

/**
 * A safe form of a file's name: its last segment, without invisible characters, spaces at its ends and dots at its end.
 * Characters that are reserved, or become so on another system, are underscores, and devices of Windows begin with one. It has at
 * most 255 bytes and keeps its ending. `undefined` if nothing is left.
 */
export function safeFileName(sent: string): string | undefined {
  const segment = sent.split(/[/\\]/u).at(-1) ?? "";
  const visible = segment.normalize("NFC").replaceAll(invisible, "");
  // A full-width slash is a slash to systems that fit characters to their own.
  const plain = Array.from(visible, (one) => (reserved.test(one.normalize("NFKC")) ? "_" : one)).join("");
  const trimmed = plain.trim().replace(/[. ]+$/u, "");
  const name = shortened(device.test(trimmed) ? `_${trimmed}` : trimmed);
  return name === "" ? undefined : name;
}

const encoder = new TextEncoder();
const sizeOf = (text: string): number => encoder.encode(text).length;

function shortened(name: string): string {
  if (sizeOf(name) <= maxBytes) return name;
  const dot = name.lastIndexOf(".");
  const ending = dot > 0 && sizeOf(name.slice(dot)) <= maxEndingBytes ? name.slice(dot) : "";
  let left = maxBytes - sizeOf(ending);
  let start = "";
  for (const one of name.slice(0, name.length - ending.length)) {
    left -= sizeOf(one);
    if (left < 0) break;
    start += one;
  }
  return ending === "" ? start.replace(/[. ]+$/u, "") : `${start}${ending}`;
}

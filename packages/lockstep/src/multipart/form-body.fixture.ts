/** Bodies of `multipart/form-data`, byte for byte: what no client would send, too. */
import type { AnyDependency } from "../dependency/dependency.ts";
import { readInput } from "../input/input.fixture.ts";
import type { InputLimits } from "../input/limits.ts";

export const boundary = "limit";

/** The type of these bodies. */
export const formType = `multipart/form-data; boundary=${boundary}`;

/** The first bytes of a picture. */
export const png = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/** A part: the lines of its header, and its content. Each character is one byte. */
export type SentPart = readonly [header: string, content: string];

/** A field. */
export function field(name: string, content: string): SentPart {
  return [`Content-Disposition: form-data; name="${name}"`, content];
}

/** A file. */
export function file(name: string, content = png, type = "image/png", fileName = "a.png"): SentPart {
  return [`Content-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: ${type}`, content];
}

/** A whole body. */
export function formBody(parts: readonly SentPart[], end = `--${boundary}--\r\n`): Uint8Array<ArrayBuffer> {
  const text = parts.map(([header, content]) => `--${boundary}\r\n${header}\r\n\r\n${content}\r\n`).join("");
  return Uint8Array.from(`${text}${end}`, (one) => one.charCodeAt(0));
}

/** What a multipart input makes of these parts: its value, its issues, or the problem as `status code`. */
export function readForm(dep: AnyDependency, parts: readonly SentPart[], limits: Partial<InputLimits> = {}): Promise<unknown> {
  return readInput(dep, { headers: { "content-type": formType }, body: formBody(parts), limits });
}

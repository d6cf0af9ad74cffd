/** Path templates: `/notes/:id`. A parameter is a whole segment; wildcards and expressions are refused. */
import type { Advice } from "../dependency/dependency.ts";
import { BuildError } from "../problem/error.ts";

/** The names of a template's parameters. */
export type ParametersOf<X extends string> = X extends `${string}:${infer N}/${infer R}`
  ? N | ParametersOf<`/${R}`>
  : X extends `${string}:${infer N}`
    ? N
    : never;

type Forbidden = "*" | "?" | "(" | ")" | "+" | "{" | "}" | "#" | "%" | "\\" | " " | ";";

type SegmentCheck<S extends string> = S extends `:${infer N}`
  ? N extends "" | `${string}${"." | "-" | ":" | "~"}${string}`
    ? false
    : true
  : S extends `${string}:${string}` | ""
    ? false
    : true;

type SegmentsCheck<X extends string> = X extends `${infer S}/${infer R}`
  ? SegmentCheck<S> extends true
    ? SegmentsCheck<R>
    : false
  : SegmentCheck<X>;

type IsTemplate<X extends string> = X extends "" | "/"
  ? true
  : X extends `${string}${Forbidden}${string}`
    ? false
    : X extends `/${infer R}`
      ? SegmentsCheck<R>
      : false;

/** Advice where a template is none. A `string` that is no literal is checked at start-up. */
export type TemplateCheck<X extends string> = string extends X
  ? unknown
  : IsTemplate<X> extends true
    ? unknown
    : Advice<"A path is made of /segments; a parameter is a whole segment (/notes/:id), and there are no wildcards, suffixes or expressions">;

const segment = /^(?::[A-Za-z_][A-Za-z0-9_]*|[A-Za-z0-9\-._~!$&',@=]+)$/;

/** One segment of a template. */
export interface Segment {
  readonly kind: "static" | "parameter";
  /** The text of a static segment, or the parameter's name. */
  readonly text: string;
}

/**
 * Reads a template.
 *
 * @throws BuildError `wrong_path`
 */
export function parseTemplate(template: string): Segment[] {
  if (template === "/") return [];
  const [first, ...texts] = typeof template === "string" ? template.split("/") : [];
  const isTemplate = first === "" && texts.length > 0 && texts.every((text) => segment.test(text) && text !== "." && text !== "..");
  if (!isTemplate) {
    throw new BuildError(
      "wrong_path",
      `"${template}": a path is made of /segments without a trailing slash; a parameter is a whole segment (/notes/:id), and there are no wildcards, suffixes or expressions`,
    );
  }
  const segments = texts.map((text): Segment =>
    text.startsWith(":") ? { kind: "parameter", text: text.slice(1) } : { kind: "static", text },
  );
  const names = segments.filter(({ kind }) => kind === "parameter").map(({ text }) => text);
  if (new Set(names).size < names.length)
    throw new BuildError("wrong_path", `"${template}": a parameter's name stands in it twice`);
  return segments;
}

/** Path templates: `/notes/:id`. A parameter is a whole segment; wildcards and expressions are refused. */
import type { NoneOf } from "../dependency/dependency.ts";
import { BuildError } from "../problem/error.ts";
import { wrongTemplate } from "./advice.ts";

/** One of the names of an invalid path: it cannot be a name itself. */
type Wrong = "*";

/** What no path has: characters with a meaning to some router, empty segments and names, a slash at the end. */
type Forbidden =
  | `${string}${"*" | "?" | "(" | ")" | "+" | "{" | "}" | "#" | "%" | "\\" | " " | ";" | "//" | ":/"}${string}`
  | `${string}${"/" | ":"}`;

/**
 * The names of a template's parameters, with `Wrong` among them if it is invalid; `string` for a path that is not a literal. It
 * is read once for each route, by its colons and not by its segments: most paths have none or one.
 */
export type ParametersOf<X extends string> = X extends Forbidden
  ? X extends "/"
    ? never
    : Wrong
  : X extends `/${string}`
    ? NamesIn<X>
    : X extends ""
      ? never
      : string extends X
        ? string
        : Wrong;

type NamesIn<X extends string> = X extends `${infer Before}:${infer Rest}`
  ? Before extends "" | `${string}/`
    ? Rest extends `${infer N}/${infer Others}`
      ? NameOf<N> | NamesIn<Others>
      : NameOf<Rest>
    : Wrong
  : never;

type NameOf<N extends string> = N extends `${string}${"." | "-" | ":" | "~"}${string}` ? Wrong : N;

/** Advice if the path is invalid. A `string` that is not a literal is checked at start-up. */
export type TemplateCheck<Names> = string extends Names ? unknown : NoneOf<Extract<Names, Wrong>, typeof wrongTemplate>;

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
    throw new BuildError("wrong_path", `"${template}": ${wrongTemplate}`);
  }
  const segments = texts.map((text): Segment =>
    text.startsWith(":") ? { kind: "parameter", text: text.slice(1) } : { kind: "static", text },
  );
  const names = segments.filter(({ kind }) => kind === "parameter").map(({ text }) => text);
  if (new Set(names).size < names.length)
    throw new BuildError("wrong_path", `"${template}": rename one of the parameters: two have the same name`);
  return segments;
}

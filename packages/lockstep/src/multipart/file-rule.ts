/** What the files of an upload may be, as the application declares it. */
import { isAccepted } from "../input/content-type.ts";
import { checkLimit } from "../input/limits.ts";
import type { MediaType } from "../http/media-type.ts";
import { tokenPattern } from "../http/token.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";

/** The files of one name. */
export interface FileRule {
  /**
   * The types that pass, in lower case: `image/png`, `image/*`, or `*` + `/*` for any. A file that is declared as PNG, JPEG, GIF,
   * WebP, AVIF or PDF must also begin as one. Other types are what the client says.
   */
  readonly mediaTypes: readonly string[];
  /** The largest file, in bytes. */
  readonly maxBytes: number;
  /** How many files may have this name. Default 1. */
  readonly maxCount?: number;
  /** Whether the upload may come without such a file. Default false. */
  readonly optional?: boolean;
}

/** The files of one name, checked. */
export interface CheckedRule extends Required<FileRule> {
  readonly field: string;
}

const ruleOptions: KnownOptions<FileRule> = { mediaTypes: true, maxBytes: true, maxCount: true, optional: true };

const range = new RegExp(`^(?:\\*/\\*|${tokenPattern}/${tokenPattern})$`, "u");

/** @throws BuildError `wrong_option`, `wrong_input` for an invalid media type */
export function checkRule(field: string, rule: FileRule): CheckedRule {
  const where = `multipart(): file "${field}"`;
  checkOptions(where, rule, ruleOptions);
  const { mediaTypes, maxBytes, maxCount = 1, optional = false } = rule;
  checkLimit(where, "maxBytes", maxBytes);
  checkLimit(where, "maxCount", maxCount);
  if (typeof optional !== "boolean") throw new BuildError("wrong_option", `${where}: set "optional" to true or false`);
  if (!Array.isArray(mediaTypes) || mediaTypes.length === 0)
    throw new BuildError("wrong_option", `${where}: name the types that pass, for example mediaTypes: ["image/png"]`);
  for (const one of mediaTypes) {
    if (typeof one === "string" && range.test(one) && one === one.toLowerCase()) continue;
    throw new BuildError("wrong_input", `${where}: write "${String(one)}" as type/subtype or type/* in lower case`);
  }
  return Object.freeze({ field, mediaTypes: [...mediaTypes], maxBytes, maxCount, optional });
}

/** Whether a type is one of those that a rule names. */
export function passes({ mediaTypes }: CheckedRule, type: MediaType): boolean {
  return isAccepted(mediaTypes, type) || mediaTypes.some((one) => one === "*/*" || one === `${type.type}/*`);
}

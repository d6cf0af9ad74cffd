/** The checks of settings of maps. The types say the same; this is for JavaScript, `any` and settings from the environment. */
import { isScopeToken } from "../../http/token.ts";
import { BuildError } from "../../problem/error.ts";
import { isPrintableLine } from "../../token/printable-line.ts";
import type { ClaimPath } from "./claim-reader.ts";

/** Returns a setting that is one printable line. @throws BuildError `wrong_option` */
export function checkLine(where: string, name: string, value: unknown): string {
  if (typeof value === "string" && isPrintableLine(value)) return value;
  throw wrongSetting(where, `set ${name} to a text of one line`);
}

/** Returns a setting that is a list of texts, possibly empty. @throws BuildError `wrong_option` */
export function checkTexts(where: string, name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw wrongSetting(where, `set ${name} to a list of texts`);
  return value.map((each) => checkLine(where, name, each));
}

/** Returns a list of texts that may be written as one text. @throws BuildError `wrong_option` if it is empty */
export function checkOneOrMore(where: string, name: string, value: unknown): readonly string[] {
  const texts = checkTexts(where, name, Array.isArray(value) ? value : [value]);
  if (texts.length === 0) throw wrongSetting(where, `set ${name} to at least one text`);
  return texts;
}

/** Returns a setting that is a list of scopes (RFC 6749 §3.3). @throws BuildError `wrong_option` */
export function checkScopes(where: string, name: string, value: unknown): readonly string[] {
  const scopes = checkTexts(where, name, value);
  if (scopes.every(isScopeToken)) return scopes;
  throw wrongSetting(where, `set ${name} to a list of scopes, each without spaces, for example ["notes:read"]`);
}

/** Returns a setting that is a boolean or missing. @throws BuildError `wrong_option` */
export function checkFlag(where: string, name: string, value: unknown): boolean {
  if (value === undefined || typeof value === "boolean") return value ?? false;
  throw wrongSetting(where, `set ${name} to true or false`);
}

/** Returns the name of a claim, or the names that lead to a member inside of one. @throws BuildError `wrong_option` */
export function checkPath(where: string, name: string, value: unknown): ClaimPath {
  if (!Array.isArray(value)) return checkLine(where, name, value);
  const [first, second, ...others] = checkTexts(where, name, value);
  if (first !== undefined && second !== undefined) return [first, second, ...others];
  throw wrongSetting(where, `set ${name} to the name of a claim, or to a list of at least two names`);
}

/** Claims that the user of an account can change: a role in them is a role for everyone. */
const editable: ReadonlySet<string> = new Set([
  "user_metadata",
  "userMetadata",
  "unsafe_metadata",
  "unsafeMetadata",
  "untrusted_metadata",
  "untrustedMetadata",
]);

/** Like `checkPath`, for claims that grant something. @throws BuildError `wrong_option` for a claim that users can edit */
export function checkGrantingPath(where: string, name: string, value: unknown): ClaimPath {
  const path = checkPath(where, name, value);
  const edited = (typeof path === "string" ? [path] : path).find((each) => editable.has(each));
  if (edited === undefined) return path;
  throw wrongSetting(where, `set ${name} to a claim that only you can change: users can edit "${edited}" of their own account`);
}

/** The error of a setting. */
export function wrongSetting(where: string, message: string): BuildError {
  return new BuildError("wrong_option", `${where}: ${message}`);
}

/**
 * The problems that a route or a dependency says it may answer with. The document shows them, so a misspelt status is refused.
 */
import { isVisible } from "../http/token.ts";
import { BuildError } from "./error.ts";

/** The problems of one status by their codes, each in words: `{ last_admin: "The last administrator stays." }`. */
export type DeclaredCodes = Readonly<Record<string, string>>;

/**
 * Problems by status: in words, `{ 409: "The name is taken." }`, or by their codes, `{ 409: { name_taken: "It is taken." } }`.
 * If all declarations of a status name codes, the document lists them, and generated clients have a type of them.
 */
export type DeclaredProblems = Readonly<Record<number, string | DeclaredCodes>>;

/** What the declarations of a route say of one status, in the words of the nearest. */
export interface StatusProblems {
  /** Words without a code: then the problem may have any code. */
  readonly text: string | undefined;
  /** Words by code. */
  readonly codes: ReadonlyMap<string, string>;
}

/** Gathers declarations by status. The last ones are the nearest. */
export function problemsByStatus(all: readonly (DeclaredProblems | undefined)[]): ReadonlyMap<number, StatusProblems> {
  const found = new Map<number, { text: string | undefined; codes: Map<string, string> }>();
  for (const [name, said] of all.flatMap((problems) => Object.entries(problems ?? {}))) {
    const status = Number(name);
    const known = found.get(status) ?? { text: undefined, codes: new Map<string, string>() };
    found.set(status, known);
    if (typeof said === "string") known.text = said;
    else for (const [code, text] of Object.entries(said)) known.codes.set(code, text);
  }
  return found;
}

/**
 * Checks the option `problems`.
 *
 * @throws BuildError `wrong_option` for a name that is not the status of an error, and for a value that is neither a text nor
 *   texts by code
 */
export function checkDeclaredProblems(where: string, problems: unknown): void {
  if (problems === undefined) return;
  const wrong = isRecord(problems) ? Object.entries(problems).find(([status, said]) => !isError(status) || !isSaid(said)) : [];
  if (wrong === undefined) return;
  throw new BuildError(
    "wrong_option",
    `${where}: write problems as texts by status from 400 to 599, for example { 409: "The name is taken." }, or { 409: { name_taken: "…" } } with their codes${wrong[0] === undefined ? "" : `, and correct "${wrong[0]}"`}`,
  );
}

function isError(status: string): boolean {
  return /^[45]\d\d$/.test(status);
}

function isSaid(said: unknown): boolean {
  if (!isRecord(said)) return isText(said);
  const codes = Object.entries(said);
  return codes.length > 0 && codes.every(([code, text]) => code !== "" && isVisible(code) && isText(text));
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

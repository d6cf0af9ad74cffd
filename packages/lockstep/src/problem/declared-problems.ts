/**
 * The problems that a route or a dependency says it may answer with. The document shows them, so a misspelt status is refused.
 */
import { BuildError } from "./error.ts";

/** Texts by status: `{ 409: "The name is taken." }`. */
export type DeclaredProblems = Readonly<Record<number, string>>;

/**
 * Checks the option `problems`.
 *
 * @throws BuildError `wrong_option` for a name that is not the status of an error, and for a value that is not a text
 */
export function checkDeclaredProblems(where: string, problems: unknown): void {
  if (problems === undefined) return;
  const isRecord = typeof problems === "object" && problems !== null && !Array.isArray(problems);
  const wrong = isRecord ? Object.entries(problems).find(([status, text]) => !isError(status) || !isText(text)) : [];
  if (wrong === undefined) return;
  throw new BuildError(
    "wrong_option",
    `${where}: write problems as texts by status from 400 to 599, for example { 409: "The name is taken." }${wrong[0] === undefined ? "" : `, and correct "${wrong[0]}"`}`,
  );
}

function isError(status: string): boolean {
  return /^[45]\d\d$/.test(status);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

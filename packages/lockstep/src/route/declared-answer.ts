/**
 * The answers that a route declares: it sends what its document says, and nothing else. Errors that are thrown need no
 * declaration here.
 */
import { isBodiless } from "../http/bodiless.ts";
import { parseMediaType } from "../http/media-type.ts";
import { BuildError } from "../problem/error.ts";
import { undeclaredStatus, wrongStatus } from "./advice.ts";
import { type ContentDeclaration, contentOf } from "./content.ts";
import { isJsonType, plainContent } from "./json-content.ts";
import type { Responses, ResponseSchema } from "./result.ts";

/** One answer that a route declares. */
export interface DeclaredAnswer {
  readonly status: number;
  /** `undefined` if there is none. */
  readonly content: ContentDeclaration | undefined;
  /** Whether it means every success (`response: unchecked()`). */
  readonly isOpen: boolean;
  /** Whether the route itself says that there is no content: what the handler returns is then dropped. */
  readonly dropsResult: boolean;
}

/** What a specification says of its answers. */
export interface AnswerSpec {
  readonly response?: ResponseSchema<unknown> | undefined;
  readonly status?: number | undefined;
  readonly responses?: Responses | undefined;
}

/**
 * Reads the answers of a specification. Without a declaration, a GET sends 200 and every other method 204;
 * without a schema, the content of a success is a plain value.
 *
 * @throws BuildError `wrong_option` for a status that no answer has, content for a status that has none, and `responses` beside
 * `response` or `status`
 */
export function answersOf(method: string, where: string, { response, status, responses }: AnswerSpec): readonly DeclaredAnswer[] {
  if (responses === undefined) {
    if (response !== undefined) {
      const declared = answer(where, status ?? 200, response);
      return [{ ...declared, isOpen: status === undefined && declared.content?.documented.unchecked !== undefined }];
    }
    const success = status ?? (method === "GET" ? 200 : 204);
    const hasContent = success < 300 && !isBodiless(success);
    return [
      {
        ...answer(where, success, null),
        content: hasContent ? plainContent : undefined,
        dropsResult: status !== undefined && isBodiless(success),
      },
    ];
  }
  if (response !== undefined || status !== undefined)
    throw new BuildError("wrong_option", `${where}: pass responses, or response with a status, not both`);
  const all = Object.entries(responses).map(([text, schema]) => answer(where, Number(text), schema));
  if (!all.some((one) => one.status < 400))
    throw new BuildError("wrong_option", `${where}: name at least one success in responses: { 201: schema, 303: null }`);
  return all;
}

function answer(where: string, status: number, schema: ResponseSchema<unknown> | null): DeclaredAnswer {
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new BuildError("wrong_option", `${where}: set the status to an integer from 200 to 599, and ${wrongStatus}`);
  if (schema !== null && isBodiless(status))
    throw new BuildError("wrong_option", `${where}: leave out the response: ${status} has no content (RFC 9110 §15)`);
  return { status, content: schema === null ? undefined : contentOf(schema), isOpen: false, dropsResult: isBodiless(status) };
}

/** The status of a result that names none. @throws BuildError `wrong_result` if there are several */
export function plainStatusOf(answers: readonly DeclaredAnswer[], hasContent: boolean): number {
  const successes = answers.filter(({ status }) => status < 300);
  const fitting = successes.filter(({ content }) => (content !== undefined) === hasContent);
  const usual = fitting.find(({ status }) => status === (hasContent ? 200 : 204)) ?? fitting[0];
  if (usual !== undefined && (fitting.length === 1 || usual.status === (hasContent ? 200 : 204))) return usual.status;
  if (fitting.length > 1) {
    throw new BuildError(
      "wrong_result",
      `return reply(status, …): the route declares ${namesOf(fitting)}, and neither is the usual one`,
    );
  }
  if (!hasContent && successes.some(({ isOpen }) => isOpen)) return 204;
  return successes[0]?.status ?? answers[0]?.status ?? 200;
}

/** The declared answer of a status. @throws BuildError `wrong_result` if there is none */
export function declaredFor(answers: readonly DeclaredAnswer[], status: number): DeclaredAnswer {
  const declared = answers.find((one) => one.status === status) ?? answers.find((one) => one.isOpen && status < 300);
  if (declared !== undefined) return declared;
  throw new BuildError("wrong_result", `${undeclaredStatus(status)}, and the document of this route says ${namesOf(answers)}`);
}

/**
 * The media type of content as it is declared. @throws BuildError `wrong_result` for one that is not
 */
export function declaredType({ types }: Pick<ContentDeclaration, "types">, given: string | undefined): string {
  const [usual] = types;
  if (given === undefined) return usual;
  const declared = usual === "*/*" ? given : types.find((type) => isSameType(type, given));
  if (declared !== undefined) return declared;
  throw new BuildError(
    "wrong_result",
    `declare what is sent, for example { response: ${isJsonType(given) ? `json("${given}", schema)` : `text("${given}")`} } or file("${given}"): the document of this route says ${types.join(" and ")}, and the handler returned ${given}`,
  );
}

function isSameType(declared: string, sent: string): boolean {
  if (declared === sent) return true;
  const [one, other] = [parseMediaType(declared), parseMediaType(sent)];
  if (one === undefined || other === undefined || one.type !== other.type || one.subtype !== other.subtype) return false;
  const names = new Set([...one.parameters.keys(), ...other.parameters.keys()]);
  return [...names].every((name) => one.parameters.get(name)?.toLowerCase() === other.parameters.get(name)?.toLowerCase());
}

function namesOf(answers: readonly DeclaredAnswer[]): string {
  return answers.map(({ status }) => status).join(" and ");
}

/** The answers that a route declares, written down. It sends no others. */
import { isBodiless } from "../http/bodiless.ts";
import { defined } from "../json/member.ts";
import type { DocumentedContent } from "../route/content.ts";
import type { DeclaredAnswer } from "../route/declared-answer.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import { type DocumentedHeaders, headersOfSuccess } from "./added-headers.ts";
import type { ComponentSchemas } from "./component-schemas.ts";
import { type AnswerHeader, errorContent } from "./error-schemas.ts";
import type { MediaType, Reference, Response } from "./openapi.ts";
import type { Surface } from "./surface.ts";

type Entry = readonly [status: string, response: Response];

/** The declared answers of a route, and those that come with their content. `unchecked()` means every success. */
export function declaredResponses(surface: Surface, schemas: ComponentSchemas): readonly Entry[] {
  const { answers, example } = surface.route.definition;
  const added = headersOfSuccess(surface, schemas);
  return answers.flatMap((answer, index): readonly Entry[] => {
    const own = responseOf(answer, index === 0 ? example : undefined, schemas);
    const status = answer.isOpen ? "2XX" : String(answer.status);
    const beside = surface.route.method === "GET" ? besideOf(answer, own.content) : [];
    return [[status, own] as const, ...beside].map(([key, response]) => [key, withHeaders(response, added)]);
  });
}

function responseOf({ status, content, isOpen }: DeclaredAnswer, example: unknown, schemas: ComponentSchemas): Response {
  const media = content && defined<MediaType>({ schema: schemaOf(content.documented, schemas), example });
  return defined<Response>({
    description: isOpen ? "Success. The route does not say what it returns." : descriptionOf(status),
    headers: headerReferences(
      ...(content?.documented.headers ?? []),
      ...(isLocated(status) ? (["Location"] as const) : []),
      "X-Request-Id",
    ),
    content: content && media && Object.fromEntries(content.types.map((type) => [type, media])),
  });
}

function besideOf({ content }: DeclaredAnswer, same: Response["content"]): readonly Entry[] {
  return (content?.documented.beside ?? []).map((beside) => [
    String(beside.status),
    defined<Response>({
      description: beside.description,
      headers: headerReferences(...beside.headers, "X-Request-Id"),
      content: beside.content === "same" ? same : beside.content === "problem" ? errorContent(false) : undefined,
    }),
  ]);
}

/** How content is described; `undefined` if nothing is known of it. */
function schemaOf({ schema, jsonSchema }: DocumentedContent, schemas: ComponentSchemas): JsonSchema | undefined {
  return schema === undefined ? jsonSchema : schemas.schemaOf(schema, "output");
}

function descriptionOf(status: number): string {
  if (status === 101) return "The connection is a WebSocket from here on.";
  if (status >= 400) return "Refused, or failed.";
  return status >= 300 ? "Look elsewhere." : "Success.";
}

/** Whether an answer may name another address (RFC 9110 §10.2.2). */
function isLocated(status: number): boolean {
  return status === 201 || (status >= 300 && status < 400 && !isBodiless(status));
}

function withHeaders(response: Response, added: DocumentedHeaders): Response {
  return { ...response, headers: { ...added, ...response.headers } };
}

/** References to headers that are described once. */
export function headerReferences(...names: readonly AnswerHeader[]): Readonly<Record<string, Reference>> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

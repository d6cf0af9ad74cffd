/**
 * How the content of an answer is declared: the family of `text()`, `file()`, `json()` and the others. This module owns what
 * every member says of itself: its media types, how a result is checked and written, and what the document shows. A new member is
 * one file with one declaration. A plain schema is JSON (`json-content.ts`).
 */
import type { HostRequest, HostResponse } from "../host/host.ts";
import type { AnswerHeaders } from "../problem/answer-headers.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import type { AnySchema, Schema } from "../schema/schema.ts";
import { jsonContent } from "./json-content.ts";
import { uncheckedKeyword } from "./open-result.ts";

declare const declared: unique symbol;

/** The input type of a declaration: what a handler returns for it. */
export interface Declared<out Result> {
  readonly [declared]: Result;
}

/** What a writer may know of the answer beside the result. */
export interface Asked {
  readonly request: HostRequest;
  readonly status: number;
  /** The media type that the reply or the stream says itself. */
  readonly type: string | undefined;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A result, written. */
export interface Content {
  readonly body: HostResponse["body"];
  /** The media type, if the declaration has several. Default: what the reply says, or the first. */
  readonly type?: string | undefined;
  /** If the answer has another status than the declared one. */
  readonly status?: number;
  /** Headers that belong to this content. */
  readonly headers?: AnswerHeaders;
  /** Whether the handler may have encoded it (`Content-Encoding`): only one that returns bytes can have. */
  readonly isOwnBytes?: boolean;
}

/** Checks a result and writes it. @throws BuildError `wrong_result`, `secret_in_response` */
export type ContentWriter = (result: unknown, asked: Asked) => Content | Promise<Content>;

/** An answer that may come instead of a declared one. */
export interface AnswerBeside {
  readonly status: number;
  readonly description: string;
  readonly headers: readonly ContentHeader[];
  /** The declared content, none, or problem details. */
  readonly content: "same" | "none" | "problem";
}

/** Headers that belong to content. */
export type ContentHeader = "Accept-Ranges" | "Content-Disposition" | "Content-Range" | "ETag" | "Last-Modified";

/** What the document shows of content. */
export interface DocumentedContent {
  /** The schema of the content. */
  readonly schema?: AnySchema;
  /** The same as JSON Schema, if there is no schema of a library. */
  readonly jsonSchema?: JsonSchema;
  readonly headers?: readonly ContentHeader[];
  /** Why it is not checked. */
  readonly unchecked?: string;
  /** The answers that a GET may have instead. */
  readonly beside?: readonly AnswerBeside[];
}

/** A declaration of content. */
export interface ContentDeclaration {
  /** The media types that may be sent: at least one. */
  readonly types: readonly [string, ...string[]];
  readonly documented: DocumentedContent;
  /** Compiles the writer, once for each route. `where` names the response for the developer. @throws BuildError `wrong_schema` */
  writer(where: string): ContentWriter;
}

const declarations = new WeakMap<object, ContentDeclaration>();

/** Makes the value that a route declares. */
export function declareContent<In>(declaration: ContentDeclaration): Schema<In, unknown> {
  const { jsonSchema = {}, unchecked } = declaration.documented;
  const said = unchecked === undefined ? {} : { [uncheckedKeyword]: unchecked };
  const json = (): Record<string, unknown> => (typeof jsonSchema === "boolean" ? said : { ...jsonSchema, ...said });
  const schema: Schema<In, unknown> = {
    "~standard": {
      version: 1,
      vendor: "lockstep",
      validate: (value) => ({ value }),
      jsonSchema: { input: json, output: json },
    },
  };
  declarations.set(schema, declaration);
  return schema;
}

/** The content that a route declares: its own for a declaration, and JSON for a schema. */
export function contentOf(schema: object): ContentDeclaration {
  const known = declarations.get(schema);
  if (known !== undefined) return known;
  // Whether it is one is checked when its JSON Schema is read.
  const made = jsonContent(schema as AnySchema);
  declarations.set(schema, made);
  return made;
}

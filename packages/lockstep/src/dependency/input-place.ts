/** The declaration of an input. Start-up checks it, and the OpenAPI document is built from it. */
import type { InputKind } from "../outcome/input-failure.ts";
import type { AnySchema } from "../schema/schema.ts";

/** The objects that an input identifies. */
export interface ObjectIds {
  /** The ids of objects, by place and name: `path.id`, `body.items.productId`. */
  readonly ids: readonly string[];
  /** The reasons why a member identifies nothing, by place and name. */
  readonly nothing: Readonly<Record<string, string>>;
  /**
   * Set if the input could hold ids that its schema does not show (any JSON, raw bytes) and the declaration does not say so:
   * names the input.
   */
  readonly unsaid: string | undefined;
}

/** The object ids of an input that cannot identify an object. */
export const noObjectIds: ObjectIds = Object.freeze({ ids: [], nothing: {}, unsaid: undefined });

/** A header that a dependency may add to the answer, as it is documented. */
export interface AddedHeader {
  readonly name: string;
  readonly description: string;
  /** Default: any text. */
  readonly schema: AnySchema | undefined;
  /** Whether it is also sent if the request is refused or fails. */
  readonly onFailure: boolean;
}

type BodyKind = "body" | "form" | "multipart" | "raw-body" | "body-stream";

/** The functions that declare bodies; their names are what messages call them. */
const bodies: Readonly<Record<BodyKind, string>> = {
  body: "body",
  form: "form",
  multipart: "multipart",
  "raw-body": "rawBody",
  "body-stream": "bodyStream",
};

/** Tells whether an input reads the body. */
export function isBody({ kind }: InputPlace): boolean {
  return kind in bodies;
}

/** Tells whether an input reads the body in pieces, which are not kept: no other input can read it, too. */
export function isStreamed({ kind }: InputPlace): boolean {
  return kind === "body-stream" || kind === "multipart";
}

/** Tells whether an input reads bytes that mean nothing to the core. */
export function isBytes({ kind }: InputPlace): boolean {
  return kind === "raw-body" || kind === "body-stream";
}

/** The name of the function that declares an input of this kind. */
export function declaredAs(kind: InputKind): string {
  return kind in bodies ? bodies[kind as BodyKind] : kind;
}

/** The declaration of an input, or of what a dependency adds to the answer. */
export interface InputPlace {
  readonly kind: InputKind;
  /** The parameter's name; the empty string for a body and the connection; for the answer and work, the call that made it. */
  readonly name: string;
  /** `undefined` for bodies that are bytes, the connection, the answer and work. */
  readonly schema: AnySchema | undefined;
  readonly objectIds: ObjectIds;
  /** For `multipart()`: the media types of each of its files. They are members of the documented schema. */
  readonly files?: Readonly<Record<string, readonly string[]>>;
  /** For bodies: the media types to document. A body of `application/json` also accepts every `application/*+json`. */
  readonly mediaTypes: readonly string[];
  /** Set for a body whose undeclared members are dropped instead of refused: the document leaves its objects open. */
  readonly tolerant?: true;
  /** For the connection: set if a host that cannot tell the client's address must not start. Says how to do without it. */
  readonly addressOr?: string;
  /** For messages: the schema of those that are sent. `schema` is that of those that come. */
  readonly sends?: AnySchema;
  /** For the answer: the headers that may be added. */
  readonly adds?: readonly AddedHeader[];
}

/** Tells whether an input is the messages of a WebSocket. */
export function isMessages({ kind }: InputPlace): boolean {
  return kind === "messages";
}

/** Tells whether a place is a part of the request that a client sends. The connection, the answer and work after it are not. */
export function isSent({ kind }: InputPlace): boolean {
  return kind !== "connection" && kind !== "response" && kind !== "work";
}

/**
 * The types of an OpenAPI 3.1 document, as far as this library writes one: members that it never writes are left out. Objects may
 * be extended with `x-…` members by the server of the document.
 */
import type { JsonSchema } from "../schema/json-schema.ts";

/** What a document may hold beside the standard's members. */
export interface Extensible {
  readonly [extension: `x-${string}`]: unknown;
}

/** The whole document (OpenAPI 3.1.1 §4.8.1). JSON-serialisable. */
export interface OpenApiDocument extends Extensible {
  readonly openapi: "3.1.1";
  readonly info: Info;
  readonly servers?: readonly Server[];
  /** By templated path, `/notes/{id}`. */
  readonly paths: Readonly<Record<string, PathItem>>;
  /** The requests that the API sends, by name. */
  readonly webhooks?: Readonly<Record<string, WebhookItem>>;
  readonly components: Components;
}

/** What the API is called. */
export interface Info {
  readonly title: string;
  readonly version: string;
  /** CommonMark. */
  readonly description?: string;
}

/** Where the API is reached. */
export interface Server {
  readonly url: string;
  readonly description?: string;
}

/** The operations of one path. */
export interface PathItem {
  readonly get?: Operation;
  readonly put?: Operation;
  readonly post?: Operation;
  readonly delete?: Operation;
  readonly patch?: Operation;
}

/** What several operations use. */
export interface Components {
  readonly schemas?: Readonly<Record<string, JsonSchema>>;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly securitySchemes?: Readonly<Record<string, SecurityScheme>>;
}

/** A Security Scheme Object (OpenAPI 3.1.1 §4.8.27), as its scheme writes it. */
export type SecurityScheme = Readonly<Record<string, unknown>>;

/** The credentials that are needed together, each with the scopes it must grant. No member: none is needed. */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

/** What a route demands of the sign-in (RFC 9470 §3). */
export interface StepUpDemand {
  /** How long ago it may be, at most, in seconds. */
  readonly max_age?: number;
  /** The authentication context classes, of which one is needed. */
  readonly acr_values?: readonly string[];
}

/** One method of one path. */
export interface Operation extends Extensible {
  readonly operationId: string;
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: RequestBody;
  /** By status. */
  readonly responses: Readonly<Record<string, Response>>;
  /** The requests that the API sends because of this one, by name. */
  readonly callbacks?: Readonly<Record<string, Callback>>;
  /** Alternatives, any of which is enough. Empty where anyone may call. */
  readonly security: readonly SecurityRequirement[];
  /** Why anyone may call it. */
  readonly "x-lockstep-public"?: string;
  /** Why every caller may see the objects it loads. */
  readonly "x-lockstep-unowned"?: readonly string[];
  /** Why a credential that is limited to scopes may be used whatever it was granted. */
  readonly "x-lockstep-any-scope"?: readonly string[];
  /** The sign-in that is demanded of the user behind the credential. Several demands hold together, or for different callers. */
  readonly "x-lockstep-step-up"?: readonly StepUpDemand[];
  /** Why an object is checked without the one before it in the path. */
  readonly "x-lockstep-apart"?: readonly string[];
  /** Why an input that looks like an id identifies no object, by its place and name: `query.cursorId`. */
  readonly "x-lockstep-identifies-nothing"?: Readonly<Record<string, string>>;
  /** The messages of a WebSocket, which OpenAPI has no place for: those that the API receives, and those that it sends. */
  readonly "x-lockstep-messages"?: { readonly receives?: JsonSchema; readonly sends?: JsonSchema };
  /** Why whatever the handler returns may leave. */
  readonly "x-lockstep-unchecked"?: string;
}

/** A webhook. */
export interface WebhookItem {
  readonly post: WebhookOperation;
}

/** A callback, by the URL that it is sent to (OpenAPI 3.1.1 §4.8.18). */
export type Callback = Readonly<Record<string, WebhookItem>>;

/** A request that the API sends. */
export interface WebhookOperation extends Extensible {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly deprecated?: boolean;
  readonly parameters?: readonly Parameter[];
  readonly requestBody: RequestBody;
  /** By status: the answers that say that it arrived. */
  readonly responses: Readonly<Record<string, Response>>;
}

/** A parameter of the head of a request. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly description?: string;
  readonly required: boolean;
  readonly deprecated?: boolean;
  readonly schema: JsonSchema;
}

/** The body of a request. */
export interface RequestBody {
  readonly required: boolean;
  readonly content: Readonly<Record<string, MediaType>>;
}

/** What a status means. */
export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Reference | Header>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

/** A body of one media type. Without a schema: bytes. */
export interface MediaType {
  readonly schema?: JsonSchema;
  readonly example?: unknown;
  /** For `multipart/form-data`: how each of its files is encoded. */
  readonly encoding?: Readonly<Record<string, Encoding>>;
}

/** The media types of one part of a body, separated by commas. */
export interface Encoding {
  readonly contentType: string;
}

/** A header of a response. */
export interface Header {
  readonly description: string;
  readonly schema: JsonSchema;
}

/** A reference into `components`. */
export interface Reference {
  readonly $ref: string;
}

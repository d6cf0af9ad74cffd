/** `lockstep/openapi`: the types of the OpenAPI 3.1 document that `api.openapi()` returns. */

// The document.
export type { Components, Info, OpenApiDocument, Operation, PathItem, Server } from "./openapi.ts";
export type { Callback, WebhookItem, WebhookOperation } from "./openapi.ts";

// Inputs and answers.
export type { Encoding, Header, MediaType, Parameter, RequestBody, Response } from "./openapi.ts";
export type { JsonSchema, JsonSchemaObject } from "../schema/json-schema.ts";

// Security.
export type { SecurityRequirement, SecurityScheme, StepUpDemand } from "./openapi.ts";

// Parts of all of these.
export type { Extensible, Reference } from "./openapi.ts";

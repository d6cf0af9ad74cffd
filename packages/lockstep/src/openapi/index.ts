/** `lockstep/openapi`: the OpenAPI document that an API's graph gives. */
export { type ApiDescription, openApiDocument } from "./document.ts";
export { securityOf } from "./security.ts";
export type {
  Components,
  Extensible,
  Header,
  Info,
  MediaType,
  OpenApiDocument,
  Operation,
  Parameter,
  PathItem,
  Reference,
  RequestBody,
  Response,
  SecurityRequirement,
  SecurityScheme,
  Server,
} from "./openapi.ts";

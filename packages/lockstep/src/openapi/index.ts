/** `lockstep/openapi`: the types of the OpenAPI 3.1 document that `api.openapi()` returns. */
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

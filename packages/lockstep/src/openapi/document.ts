/**
 * The OpenAPI document of an API: derived from the graph that guards it: the document says what is enforced.
 * This module owns the whole and its paths; each part has a file beside it. Overrides do not change the document.
 */
import type { DeclaredProblems } from "../problem/declared-problems.ts";
import { BuildError } from "../problem/error.ts";
import { corsSettings, type PageOptions } from "../route/cors-options.ts";
import type { CompiledRoute } from "../route/compiled-route.ts";
import type { WebhookDescription } from "../route/webhook-description.ts";
import { ComponentSchemas } from "./component-schemas.ts";
import { defined } from "../json/member.ts";
import { answerHeaders, corsHeaders, oauthErrorSchema, problemSchema } from "./error-schemas.ts";
import type { Header, Info, OpenApiDocument, Operation, Server } from "./openapi.ts";
import { operationOf } from "./operation.ts";
import type { PathNames } from "./parameters.ts";
import { securitySchemesOf } from "./security-schemes.ts";
import { schemaUsesOf, type Surface, surfaceOf } from "./surface.ts";
import { webhooksOf, webhookUses } from "./webhook-item.ts";

/** What a document says of the API as a whole. */
interface ApiDescription extends Info, PageOptions {
  readonly servers?: readonly Server[];
  /** What errors of every route may become. */
  readonly problems?: readonly DeclaredProblems[];
  readonly webhooks?: Readonly<Record<string, WebhookDescription>>;
}

/**
 * Writes the OpenAPI 3.1 document of routes, in the order in which they are given. Hidden routes are left out, with
 * the schemas and the security schemes that only they use.
 *
 * @throws BuildError `wrong_schema` for an invalid JSON Schema, or two of one name; `scheme_name_taken`;
 *   `duplicate_operation`
 */
export function openApiDocument(about: ApiDescription, all: readonly CompiledRoute[]): OpenApiDocument {
  const routes = all.filter(({ definition }) => !definition.hidden);
  const surfaces = routes.map((route) => surfaceOf(route, about.problems));
  checkOperationIds(surfaces);
  const hasOAuth = routes.some(({ definition }) => definition.errors === "oauth");
  const { webhooks = {} } = about;
  const uses = [...surfaces.flatMap(schemaUsesOf), ...webhookUses(webhooks, "createApi({ webhooks })")];
  const schemas = new ComponentSchemas(uses, {
    Problem: problemSchema,
    ...(hasOAuth ? { OAuthError: oauthErrorSchema } : {}),
  });
  // The paths and webhooks say which schemas are used, so they are written before the components.
  const isShared = corsSettings(about, routes) !== undefined;
  const paths = pathsOf(surfaces, schemas, isShared);
  const sent = webhooksOf(webhooks, schemas);
  return defined<OpenApiDocument>({
    openapi: "3.1.1",
    info: defined<Info>({ title: about.title, version: about.version, description: about.description }),
    servers: about.servers?.map(({ url, description }) => defined<Server>({ url, description })),
    paths,
    webhooks: sent,
    components: {
      schemas: schemas.all(),
      headers: { ...usedHeaders(paths), ...(isShared ? corsHeaders : {}) },
      securitySchemes: securitySchemesOf(routes),
    },
  });
}

/** The headers that answers refer to. */
function usedHeaders(paths: OpenApiDocument["paths"]): Readonly<Record<string, Header>> {
  const written = JSON.stringify(paths);
  return Object.fromEntries(Object.entries(answerHeaders).filter(([name]) => written.includes(`"#/components/headers/${name}"`)));
}

function checkOperationIds(surfaces: readonly Surface[]): void {
  const known = new Map<string, string>();
  for (const { operationId, route } of surfaces) {
    const where = route.label;
    const before = known.get(operationId);
    if (before !== undefined) {
      throw new BuildError(
        "duplicate_operation",
        `give ${before} or ${where} an { operationId } of its own: both are called "${operationId}"`,
      );
    }
    known.set(operationId, where);
  }
}

/**
 * The operations by path. `/notes/:id` and `/notes/:noteId` are one path (OpenAPI 3.1.1 §4.8.8 forbids two that differ in
 * such names only), so the first route names the parameters.
 */
function pathsOf(surfaces: readonly Surface[], schemas: ComponentSchemas, isShared: boolean): OpenApiDocument["paths"] {
  const paths = new Map<
    string,
    { readonly path: string; readonly names: readonly string[]; readonly operations: [string, Operation][] }
  >();
  for (const surface of surfaces) {
    const { segments, method } = surface.route;
    const names = segments.flatMap(({ kind, text }) => (kind === "parameter" ? [text] : []));
    const shape = segments.map(({ kind, text }) => (kind === "parameter" ? "/{}" : `/${text}`)).join("");
    const path = segments.map(({ kind, text }) => (kind === "parameter" ? `/{${text}}` : `/${text}`)).join("") || "/";
    const known = paths.get(shape) ?? { path, names, operations: [] };
    paths.set(shape, known);
    const pathNames: PathNames = new Map(names.map((name, index) => [name, known.names[index] ?? name]));
    known.operations.push([method.toLowerCase(), operationOf(surface, { schemas, pathNames, isShared })]);
  }
  return Object.fromEntries([...paths.values()].map(({ path, operations }) => [path, Object.fromEntries(operations)]));
}

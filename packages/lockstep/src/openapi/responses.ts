/**
 * The answers of a route. This module owns which errors are documented: those that the core itself answers with because of the
 * graph, and those that a handler or a dependency declares. 500 says nothing about a route.
 */
import { isBody } from "../dependency/input-place.ts";
import type { Node } from "../dependency/node.ts";
import { headersOfError } from "./added-headers.ts";
import type { ComponentSchemas } from "./component-schemas.ts";
import { declaredResponses, headerReferences } from "./declared-responses.ts";
import type { Response } from "./openapi.ts";
import { demandsScopes } from "../dependency/demanded-scope.ts";
import type { Surface } from "./surface.ts";

/** An error that the core answers with if the graph contains something. */
interface ErrorRule {
  readonly status: number;
  readonly description: string;
  readonly challenges?: (surface: Surface) => boolean;
  readonly when: (surface: Surface) => boolean;
}

const rules: readonly ErrorRule[] = [
  {
    status: 400,
    description: "The request is not well-formed: broken syntax, or something that may come once came twice.",
    when: (surface) => has(surface, "scheme") || surface.inputs.some(({ place }) => place.kind !== "raw-body") || isOAuth(surface),
  },
  {
    status: 401,
    description: "No valid credential came.",
    challenges: () => true,
    when: (surface) => has(surface, "scheme"),
  },
  {
    status: 403,
    description: "The caller may not do this.",
    challenges: ({ nodes }) => nodes.some(demandsScopes),
    when: (surface) => has(surface, "authorize") || surface.nodes.some(demandsScopes) || isCrossSiteChecked(surface),
  },
  {
    status: 404,
    description: "There is no such object for this caller.",
    when: (surface) => has(surface, "owned") || has(surface, "permitted") || has(surface, "unowned"),
  },
  { status: 413, description: "The body is too large, too deep or has too many members.", when: readsBody },
  { status: 415, description: "The body is of a media type, charset or encoding that is not taken.", when: readsBody },
  {
    status: 422,
    description: "The inputs do not fit; each error says where.",
    when: (surface) => !isOAuth(surface) && surface.inputs.some(({ place }) => place.schema !== undefined),
  },
];

/** Every answer that is known of a route, by status. */
export function responsesOf(surface: Surface, schemas: ComponentSchemas): Readonly<Record<string, Response>> {
  const errors = [...declaredRules(surface), ...rules.filter(({ when }) => when(surface))];
  const answers = errors.map((rule) => [rule.status, errorResponse(rule, surface, schemas)] as const);
  return merged([...declaredResponses(surface, schemas), ...answers]);
}

/** What the API, the route and its dependencies say they may throw, in the words of the nearest; the graph's words come first. */
function declaredRules({ route, nodes, problems: ofEveryRoute }: Surface): ErrorRule[] {
  const declared = [...ofEveryRoute, ...nodes.map((node) => node.problems), route.definition.problems];
  return declared.flatMap((problems) =>
    Object.entries(problems ?? {}).map(([status, description]) => ({ status: Number(status), description, when: () => true })),
  );
}

function errorResponse({ status, description, challenges }: ErrorRule, surface: Surface, schemas: ComponentSchemas): Response {
  const [type, schema] = isOAuth(surface) ? ["application/json", "OAuthError"] : ["application/problem+json", "Problem"];
  return {
    description,
    headers: {
      ...headersOfError(surface, status, schemas),
      ...headerReferences(
        ...(challenges?.(surface) === true ? (["WWW-Authenticate"] as const) : []),
        ...(status === 429 || status === 503 ? (["Retry-After"] as const) : []),
        "X-Request-Id",
      ),
    },
    content: { [type]: { schema: { $ref: `#/components/schemas/${schema}` } } },
  };
}

/** One entry for each status: an error that a route declares, and that the graph can produce, has the content of both. */
function merged(entries: readonly (readonly [number | string, Response])[]): Readonly<Record<string, Response>> {
  const all = new Map<string, Response>();
  for (const [status, response] of entries) {
    const before = all.get(String(status));
    const content = before?.content === undefined ? response.content : { ...before.content, ...response.content };
    all.set(String(status), content === undefined ? response : { ...response, content });
  }
  return Object.fromEntries(all);
}

/** Errors of RFC 6749 §5.2, of which most are 400. */
function isOAuth({ route }: Surface): boolean {
  return route.definition.errors === "oauth";
}

function has({ nodes }: Surface, kind: Node["kind"]): boolean {
  return nodes.some((node) => node.kind === kind);
}

/**
 * A credential that browsers attach by themselves, or `sameSite()`, on a method that changes something (`access/cross-site.ts`).
 */
function isCrossSiteChecked(surface: Surface): boolean {
  if (surface.route.method === "GET") return false;
  return has(surface, "same-site") || surface.nodes.some((node) => node.kind === "scheme" && node.scheme.ambient !== false);
}

function readsBody({ inputs }: Surface): boolean {
  return inputs.some(({ place }) => isBody(place));
}

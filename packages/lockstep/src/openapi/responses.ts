/**
 * The answers of a route. This module owns which errors are documented: those that the core itself answers with because of the
 * graph, and those that a handler or a dependency declares. 500 says nothing about a route.
 */
import { isBody, isMessages } from "../dependency/input-place.ts";
import type { Node } from "../dependency/node.ts";
import { problemsByStatus, type StatusProblems } from "../problem/declared-problems.ts";
import { codesOfStatus } from "../problem/oauth-error.ts";
import { headersOfError } from "./added-headers.ts";
import type { ComponentSchemas } from "./component-schemas.ts";
import { declaredResponses, headerReferences } from "./declared-responses.ts";
import { errorContent } from "./error-schemas.ts";
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
    when: (surface) => !isOAuth(surface) && surface.inputs.some(({ place }) => place.schema !== undefined && !isMessages(place)),
  },
  { status: 426, description: "The request is not the handshake of a WebSocket.", when: isWebSocket },
];

/** Every answer that is known of a route, by status. */
export function responsesOf(surface: Surface, schemas: ComponentSchemas): Readonly<Record<string, Response>> {
  const declared = problemsByStatus([
    ...surface.problems,
    ...surface.nodes.map((node) => node.problems),
    surface.route.definition.problems,
  ]);
  const ofGraph = new Map(rules.filter(({ when }) => when(surface)).map((rule) => [rule.status, rule]));
  const answers = [...new Set([...declared.keys(), ...ofGraph.keys()])].map((status) => {
    const error = { status, rule: ofGraph.get(status), said: declared.get(status) };
    return [status, errorResponse(error, surface, schemas)] as const;
  });
  return merged([...declaredResponses(surface, schemas), ...answers]);
}

/** A status of an error: what the graph says of it, and what is declared. */
interface DocumentedError {
  readonly status: number;
  readonly rule: ErrorRule | undefined;
  readonly said: StatusProblems | undefined;
}

function errorResponse(error: DocumentedError, surface: Surface, schemas: ComponentSchemas): Response {
  const { status, rule, said } = error;
  return {
    description: descriptionOf(error),
    headers: {
      ...headersOfError(surface, status, schemas),
      ...headerReferences(
        ...(rule?.challenges?.(surface) === true ? (["WWW-Authenticate"] as const) : []),
        ...(status === 429 || status === 503 ? (["Retry-After"] as const) : []),
        "X-Request-Id",
      ),
    },
    content: errorContent(isOAuth(surface), said && said.text === undefined ? codesOf(status, said, surface) : undefined),
  };
}

/** The graph's words, those that are declared, and those of each code. */
function descriptionOf({ rule, said }: DocumentedError): string {
  const codes = [...(said?.codes ?? [])];
  const own = [rule?.description, said?.text].filter((text) => text !== undefined);
  if (own.length === 0 && codes.length === 1) return codes.map(([, text]) => text).join();
  const all = [...own, ...codes.map(([code, text]) => `\`${code}\`: ${text}`)];
  return all.length === 1 ? all.join() : all.map((text) => `- ${text}`).join("\n");
}

/** The codes that an answer of a status can have: those that are declared, and the core's own. */
function codesOf(status: number, { codes }: StatusProblems, surface: Surface): readonly string[] {
  const own = codesOfStatus(status, surface.route.definition.errors).filter(
    (code) =>
      (code !== "insufficient_scope" || surface.nodes.some(demandsScopes)) &&
      (code !== "insufficient_user_authentication" || has(surface, "step-up")) &&
      (code !== "cross_site" || isCrossSiteChecked(surface)),
  );
  return [...new Set([...codes.keys(), ...own])];
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

function isWebSocket({ route }: Surface): boolean {
  return route.definition.socket !== undefined;
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
  if (isWebSocket(surface)) return true;
  if (surface.route.method === "GET") return false;
  return has(surface, "same-site") || surface.nodes.some((node) => node.kind === "scheme" && node.scheme.ambient !== false);
}

function readsBody({ inputs }: Surface): boolean {
  return inputs.some(({ place }) => isBody(place));
}

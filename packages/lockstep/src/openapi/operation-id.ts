/** The names of operations: clients that are generated from the document call their functions so. */
import type { CompiledRoute } from "../route/compiled-route.ts";

/** The id a route gives itself, or one made of its method and path: `getNotesById` for `GET /notes/:id`. */
export function operationIdOf({ method, segments, definition }: CompiledRoute): string {
  if (definition.operationId !== undefined) return definition.operationId;
  const words = segments.map(({ kind, text }) => (kind === "parameter" ? `By${pascalCase(text)}` : pascalCase(text)));
  return `${method.toLowerCase()}${words.join("") || "Root"}`;
}

/** `jwks.json` becomes `JwksJson`; letters keep their case otherwise. */
export function pascalCase(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
}

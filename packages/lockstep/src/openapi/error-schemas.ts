/** The schemas and headers of answers that are the core's own: problem details and the errors of OAuth endpoints. */
import type { InputKind } from "../outcome/input-failure.ts";
import type { ContentHeader } from "../route/content.ts";
import type { JsonSchema } from "../schema/json-schema.ts";
import type { Header, Response } from "./openapi.ts";

const kinds: readonly InputKind[] = ["path", "query", "header", "cookie", "body", "form", "multipart", "raw-body"];

const issue: JsonSchema = {
  type: "object",
  properties: {
    in: { type: "string", enum: kinds, description: "Where the input comes from." },
    pointer: { type: "string", description: "A JSON Pointer (RFC 6901) into that place." },
    detail: { type: "string", description: "The expected form." },
  },
  required: ["in", "pointer", "detail"],
};

/** Problem details (RFC 9457 §3) with a stable `code`. Further members are allowed (§3.2). */
export const problemSchema: JsonSchema = {
  type: "object",
  description: "Problem details (RFC 9457).",
  properties: {
    type: { type: "string", format: "uri-reference", default: "about:blank" },
    title: { type: "string", description: "The kind of problem, in words." },
    status: { type: "integer", description: "The status of the answer." },
    detail: { type: "string", description: "What went wrong, in words." },
    code: { type: "string", description: "What went wrong, stable and for programs." },
    scope: { type: "string", description: "The scopes that are needed, separated by spaces." },
    acr_values: {
      type: "string",
      description: "The authentication context classes of which one is needed, separated by spaces (RFC 9470).",
    },
    max_age: { type: "integer", description: "How long ago the user may have signed in, at most, in seconds (RFC 9470)." },
    errors: { type: "array", description: "Everything wrong with the inputs.", items: issue },
  },
  required: ["type", "title", "status", "detail", "code"],
};

/** The error of an OAuth endpoint (RFC 6749 §5.2). */
export const oauthErrorSchema: JsonSchema = {
  type: "object",
  description: "An OAuth 2.0 error (RFC 6749 §5.2).",
  properties: {
    error: { type: "string", description: "What went wrong, stable and for programs." },
    error_description: { type: "string", description: "What went wrong, in words." },
    error_uri: { type: "string", format: "uri-reference" },
  },
  required: ["error"],
};

/** The content of an error. With `codes`, it has one of these. */
export function errorContent(isOAuth: boolean, codes?: readonly string[]): NonNullable<Response["content"]> {
  const [type, name, member] = isOAuth
    ? ["application/json", "OAuthError", "error"]
    : ["application/problem+json", "Problem", "code"];
  const any: JsonSchema = { $ref: `#/components/schemas/${name}` };
  if (codes === undefined) return { [type]: { schema: any } };
  const one = { type: "object", properties: { [member]: { type: "string", enum: codes } }, required: [member] };
  return { [type]: { schema: { allOf: [any, one] } } };
}

/** The name of a header that answers carry. */
export type AnswerHeader = ContentHeader | "X-Request-Id" | "WWW-Authenticate" | "Retry-After" | "Location";

/** The headers that answers carry, by name. */
export const answerHeaders: Readonly<Record<AnswerHeader, Header>> = {
  "X-Request-Id": { description: "Names the request in the server's log.", schema: { type: "string" } },
  "WWW-Authenticate": {
    description: "One challenge for each scheme that would do (RFC 9110 §11.6.1).",
    schema: { type: "string" },
  },
  "Retry-After": { description: "When to try again, in seconds (RFC 9110 §10.2.3).", schema: { type: "string" } },
  Location: {
    description: "The address to go to, or of the new object (RFC 9110 §10.2.2).",
    schema: { type: "string", format: "uri-reference" },
  },
  "Accept-Ranges": { description: "`bytes`: parts can be asked for (RFC 9110 §14.3).", schema: { type: "string" } },
  "Content-Disposition": { description: "Whether it is shown or saved, and its name (RFC 6266).", schema: { type: "string" } },
  "Content-Range": { description: "Which bytes these are, and of how many (RFC 9110 §14.4).", schema: { type: "string" } },
  ETag: { description: "The version, for `If-None-Match` and `If-Range` (RFC 9110 §8.8.3).", schema: { type: "string" } },
  "Last-Modified": { description: "When it last changed (RFC 9110 §8.8.2).", schema: { type: "string" } },
};

/** The headers of an API that pages of other origins may call. */
export const corsHeaders: Readonly<Record<"Access-Control-Allow-Origin" | "Vary", Header>> = {
  "Access-Control-Allow-Origin": {
    description: "The origin of the page that asked, if it may read the answer (CORS).",
    schema: { type: "string" },
  },
  Vary: { description: "The answer differs by these headers of the request.", schema: { type: "string" } },
};

/**
 * The form of OAuth's password grant (RFC 6749 §4.3.2), FastAPI's `OAuth2PasswordRequestForm`. It only reads the form; the
 * token endpoint decides what to do with it.
 */
import type { Dependency } from "../dependency/dependency.ts";
import { isScopeToken } from "../http/token.ts";
import { Redacted } from "../secret/redacted.ts";
import { oauthError } from "../problem/oauth-error.ts";
import { form } from "./form.ts";
import { nothing } from "./nothing.ts";
import type { Schema } from "../schema/schema.ts";

/** The fields as they are sent. */
export interface PasswordRequestFields {
  readonly grant_type: "password";
  readonly username: string;
  readonly password: string;
  readonly scope?: string;
  readonly client_id?: string;
  readonly client_secret?: string;
}

/** A request of the password grant. */
export interface PasswordRequest {
  readonly grantType: "password";
  readonly username: string;
  readonly password: Redacted<string>;
  /** The requested scopes, each once. None is granted yet. */
  readonly scopes: readonly string[];
  readonly clientId: string | undefined;
  readonly clientSecret: Redacted<string> | undefined;
}

const jsonSchema = {
  type: "object",
  properties: {
    grant_type: { type: "string", const: "password" },
    username: { type: "string", minLength: 1 },
    password: { type: "string", format: "password", minLength: 1 },
    scope: { type: "string", description: "The scopes that are asked for, separated by spaces." },
    client_id: { type: "string" },
    client_secret: { type: "string", format: "password" },
  },
  required: ["grant_type", "username", "password"],
  // RFC 6749 §3.2: parameters that the server does not know MUST be ignored.
  additionalProperties: true,
} as const;

const fields: Schema<PasswordRequestFields, PasswordRequest> = {
  "~standard": {
    version: 1,
    vendor: "lockstep",
    validate: readPasswordRequest,
    jsonSchema: { input: () => structuredClone(jsonSchema), output: () => structuredClone(jsonSchema) },
  },
};

let made: Dependency<PasswordRequest, "input"> | undefined;

/**
 * The form of the password grant. `grant_type` is required and must be `password`; a parameter without a value counts as
 * omitted and unknown parameters are ignored (RFC 6749 §3.2, the one exception to strict objects); a repeated one is 400, and
 * so is another grant type, as `unsupported_grant_type` (§5.2).
 * The same dependency every time.
 *
 * @example
 * ```ts
 * post("/auth/token", { public: "signs in", errors: "oauth", deps: { form: passwordRequestForm() } }, signIn);
 * ```
 */
export function passwordRequestForm(): Dependency<PasswordRequest, "input"> {
  made ??= form(fields, { identifies: nothing("the client of the token endpoint, and parameters that OAuth ignores") });
  return made;
}

interface Issue {
  readonly message: string;
  readonly path: readonly string[];
}

function readPasswordRequest(value: unknown): { readonly value: PasswordRequest } | { readonly issues: readonly Issue[] } {
  const field = (name: keyof PasswordRequestFields): string | undefined => fieldOf(value, name);
  const [username, password, secret, scope] = [field("username"), field("password"), field("client_secret"), field("scope")];
  const issues: Issue[] = [];
  const grantType = field("grant_type");
  if (grantType === undefined) issues.push({ message: "required", path: ["grant_type"] });
  else if (grantType !== "password") throw oauthError("unsupported_grant_type", "The grant type is not supported: use password.");
  if (username === undefined) issues.push({ message: "required", path: ["username"] });
  if (password === undefined) issues.push({ message: "required", path: ["password"] });
  if (!isScope(scope ?? "")) issues.push({ message: "expected scopes separated by spaces", path: ["scope"] });
  if (issues.length > 0 || username === undefined || password === undefined) return { issues };
  return {
    value: {
      grantType: "password",
      username,
      password: new Redacted(password),
      scopes: [...new Set((scope ?? "").split(" ").filter((one) => one !== ""))],
      clientId: field("client_id"),
      clientSecret: secret === undefined ? undefined : new Redacted(secret),
    },
  };
}

/** A field that has a value; one without counts as omitted (RFC 6749 §3.2). */
function fieldOf(value: unknown, name: string): string | undefined {
  const found: unknown =
    typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** Scope tokens (RFC 6749 §3.3), separated by spaces. */
function isScope(text: string): boolean {
  return text.split(" ").every((one) => one === "" || isScopeToken(one));
}

/** The form of the token endpoint (RFC 6749 §4 and §6). It is only read here; each grant checks its own fields. */
import { type Dependency, oauthError, type Redacted } from "lockstep";
import { parseScope } from "lockstep/jwt";
import type { PresentedClient } from "../client/client-authentication.ts";
import { oauthForm, presentedInForm, secretField, textField, textsField } from "./oauth-form.ts";

/** A request for any grant. */
export interface TokenRequest {
  readonly grantType: string;
  /** The requested scopes, each once; empty if the request names none. They are not granted yet. */
  readonly scopes: readonly string[];
  /** The APIs that the token is requested for (RFC 8707). */
  readonly resources: readonly string[];
  readonly username: string | undefined;
  readonly password: Redacted<string> | undefined;
  readonly refreshToken: Redacted<string> | undefined;
  readonly client: Omit<PresentedClient, "basic">;
}

const properties = {
  grant_type: { type: "string", description: "password, refresh_token or client_credentials." },
  scope: { type: "string", description: "The scopes that are asked for, separated by spaces. By default, all that are allowed." },
  resource: { type: "array", items: { type: "string" }, description: "The API that the token is for (RFC 8707)." },
  username: { type: "string", description: "With the password grant." },
  password: { type: "string", format: "password", description: "With the password grant." },
  refresh_token: { type: "string", format: "password", description: "With the refresh_token grant." },
} as const;

/** The form of the token endpoint. */
export const tokenRequestForm: Dependency<TokenRequest, "input"> = oauthForm({
  properties,
  required: ["grant_type"],
  read: (fields): TokenRequest => ({
    // `textField` finds it, because it is required.
    grantType: textField(fields, "grant_type") ?? "",
    scopes: readScopes(textField(fields, "scope") ?? ""),
    resources: textsField(fields, "resource"),
    username: textField(fields, "username"),
    password: secretField(fields, "password"),
    refreshToken: secretField(fields, "refresh_token"),
    client: presentedInForm(fields),
  }),
});

/** Reads a list of scopes. @throws OAuthError `invalid_scope` if it is malformed (RFC 6749 §3.3) */
function readScopes(text: string): readonly string[] {
  const scopes = parseScope(text);
  if (scopes === undefined) throw oauthError("invalid_scope", "Separate the scopes with single spaces.");
  return [...new Set(scopes)];
}

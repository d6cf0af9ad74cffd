/** What a request to the token endpoint asks for (RFC 6749 §4 and §6). It only reads the form; each grant judges its part. */
import { type Dependency, oauthError, type Redacted } from "lockstep";
import { parseScope } from "lockstep/jwt";
import type { PresentedClient } from "../client/client-authentication.ts";
import { oauthForm, presentedInForm, secretField, textField, textsField } from "./oauth-form.ts";

/** A request of any grant. */
export interface TokenRequest {
  readonly grantType: string;
  /** What is asked for, each scope once; none where nothing is said. Nothing of it is granted yet. */
  readonly scopes: readonly string[];
  /** The APIs that the token is to be for (RFC 8707). */
  readonly resources: readonly string[];
  readonly username: string | undefined;
  readonly password: Redacted<string> | undefined;
  readonly refreshToken: Redacted<string> | undefined;
  readonly client: Omit<PresentedClient, "basic">;
}

const properties = {
  grant_type: { type: "string", description: "password, refresh_token or client_credentials." },
  scope: { type: "string", description: "The scopes that are asked for, separated by spaces. All that are allowed by default." },
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
    // Required: it is there.
    grantType: textField(fields, "grant_type") ?? "",
    scopes: readScopes(textField(fields, "scope") ?? ""),
    resources: textsField(fields, "resource"),
    username: textField(fields, "username"),
    password: secretField(fields, "password"),
    refreshToken: secretField(fields, "refresh_token"),
    client: presentedInForm(fields),
  }),
});

/** @throws OAuthError `invalid_scope` for what is no list of scopes (RFC 6749 §3.3) */
function readScopes(text: string): readonly string[] {
  const scopes = parseScope(text);
  if (scopes === undefined) throw oauthError("invalid_scope", "The scope is not a list of scopes with single spaces between them.");
  return [...new Set(scopes)];
}

/** The form of the endpoints that are asked about one token (RFC 7009 §2.1, RFC 7662 §2.1). */
import { type Dependency, Redacted } from "lockstep";
import type { PresentedClient } from "../client/client-authentication.ts";
import { oauthForm, presentedInForm, secretField } from "./oauth-form.ts";

/** A token, and what the form says of the client. */
export interface TokenForm {
  readonly token: Redacted<string>;
  readonly client: Omit<PresentedClient, "basic">;
}

/** The form. `token_type_hint` is read by nobody: what a token is, its form tells. */
export const tokenForm: Dependency<TokenForm, "input"> = oauthForm({
  properties: {
    token: { type: "string", format: "password" },
    token_type_hint: { type: "string", description: "access_token or refresh_token; a wrong one does no harm." },
  },
  required: ["token"],
  // Required: it is there.
  read: (fields): TokenForm => ({ token: secretField(fields, "token") ?? new Redacted(""), client: presentedInForm(fields) }),
});

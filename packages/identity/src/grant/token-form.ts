/** The form of the endpoints that take one token (RFC 7009 §2.1, RFC 7662 §2.1). */
import { type Dependency, Redacted } from "lockstep";
import type { PresentedClient } from "../client/client-authentication.ts";
import { oauthForm, presentedInForm, secretField } from "./oauth-form.ts";

/** A token, and the fields that name or authenticate the client. */
export interface TokenForm {
  readonly token: Redacted<string>;
  readonly client: Omit<PresentedClient, "basic">;
}

/** The form. `token_type_hint` is ignored, because the form of a token shows its kind. */
export const tokenForm: Dependency<TokenForm, "input"> = oauthForm({
  properties: {
    token: { type: "string", format: "password" },
    token_type_hint: { type: "string", description: "access_token or refresh_token. A wrong hint does no harm." },
  },
  required: ["token"],
  // `secretField` finds it, because it is required.
  read: (fields): TokenForm => ({ token: secretField(fields, "token") ?? new Redacted(""), client: presentedInForm(fields) }),
});

/** A further header that a signature covers: a timestamp, a nonce, the name of a key. */
import type { Extraction } from "../dependency/scheme-definition.ts";
import { defined } from "../json/member.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions } from "../problem/options.ts";
import { Redacted } from "../secret/redacted.ts";
import { findHeader } from "./header-value.ts";
import { checkSchemeName, checkToken, type SchemeOptions, schemeOptions } from "./option.ts";
import { type Scheme, scheme } from "./scheme.ts";
import { buildChallenge } from "./www-authenticate.ts";

/**
 * A header that the verifier of a credential needs beside it, because the signature covers it. `authenticate()` takes no ordinary
 * `header()`: everything that decides who is asking is part of the credential, of the challenge and of the document, and its
 * absence is a 401. The value is visible ASCII and may hold spaces and commas. A repeated header is a 400 where the host tells
 * the two apart.
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` for a name that cannot be written, and for `Authorization` and `Cookie`
 *
 * @example
 * ```ts
 * const slack = authenticate(
 *   { signature: apiKeyHeader({ name: "X-Slack-Signature" }), timestamp: signedHeader("X-Slack-Request-Timestamp"), payload },
 *   verifySignature,
 * );
 * ```
 */
export function signedHeader(headerName: string, options: SchemeOptions = {}): Scheme<string> {
  checkOptions("signedHeader()", options, schemeOptions);
  const name = checkToken("signedHeader", headerName);
  const field = name.toLowerCase();
  if (field === "authorization" || field === "cookie") {
    throw new BuildError("wrong_scheme", `signedHeader("${name}"): use the security scheme that reads this header`);
  }
  return scheme({
    name: checkSchemeName("signedHeader", options.schemeName ?? `SignedHeader.${name.replaceAll(/[^A-Za-z0-9._-]/g, "_")}`),
    place: `header ${field}`,
    ambient: false,
    scopes: {},
    extract(source): Extraction<string> {
      const found = findHeader(source, field);
      return typeof found === "string" ? new Redacted(found) : found;
    },
    challenge: ({ realm }) => buildChallenge("ApiKey", { realm, in: "header", name }),
    openapi: defined({
      type: "apiKey",
      description: options.description ?? "Sent beside the signature that covers it.",
      in: "header",
      name,
    }),
  });
}

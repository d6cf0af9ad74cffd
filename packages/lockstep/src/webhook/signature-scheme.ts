/** The header with the signature, as a security scheme. */
import type { Extraction } from "../dependency/scheme-definition.ts";
import { Redacted } from "../secret/redacted.ts";
import { defined } from "../json/member.ts";
import { findHeader } from "../scheme/header-value.ts";
import { type Scheme, scheme } from "../scheme/scheme.ts";
import { buildChallenge } from "../scheme/www-authenticate.ts";
import type { CheckedWebhook } from "./checked-webhook.ts";

/** The signature as it was sent, and what a signature may cover beside headers and the body. */
export interface SentText {
  readonly text: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
}

/** Makes the scheme. Its name begins with the sender's, because several senders use headers of one name. */
export function signatureScheme({ sender, signatureHeader: name, description }: CheckedWebhook): Scheme<SentText> {
  return scheme({
    name: `${sender}.${name}`,
    place: `header ${name.toLowerCase()}`,
    ambient: false,
    extract(source): Extraction<SentText> {
      const text = findHeader(source, name);
      if (typeof text !== "string") return text;
      const { method, path, query } = source.request;
      return new Redacted({ text, method, path, query });
    },
    challenge: ({ realm }) => buildChallenge("ApiKey", { realm, in: "header", name }),
    openapi: defined({ type: "apiKey", description, in: "header", name }),
  });
}

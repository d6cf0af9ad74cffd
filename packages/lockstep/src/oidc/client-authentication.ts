/** How this API authenticates as a client at an issuer's endpoint (RFC 6749 §2.3.1). */
import { BuildError } from "../problem/error.ts";
import { Redacted, type Secret } from "../secret/redacted.ts";

/** The registered names of the methods (RFC 7591 §2). */
export type ClientAuthentication = "client_secret_basic" | "client_secret_post";

/** The client that this API is at the issuer. */
export interface ClientOptions {
  readonly clientId: string;
  /** The secret, as the issuer shows it. `secret(…)` keeps it out of logs. */
  readonly clientSecret: string | Secret<string>;
  /**
   * `"client_secret_basic"` sends the secret in a header, `"client_secret_post"` in the form. Default: `"client_secret_basic"`.
   */
  readonly authentication?: ClientAuthentication;
}

/** What authentication adds to a request. */
export interface ClientCredential {
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Checks the options and returns a function that authenticates a request. The secret stays inside of it.
 *
 * @throws BuildError `wrong_option`; `name` is the function that the options were given to
 */
export function clientAuthentication(name: string, options: ClientOptions): () => ClientCredential {
  const { clientId, clientSecret, authentication = "client_secret_basic" } = options;
  const given: unknown = clientSecret instanceof Redacted ? clientSecret.reveal() : clientSecret;
  if (typeof clientId !== "string" || clientId === "") throw wrong(name, "clientId", "the name that the issuer knows this API by");
  if (typeof given !== "string" || given === "") {
    throw wrong(name, "clientSecret", "the secret of the client (is the environment variable set?)");
  }
  switch (authentication) {
    case "client_secret_basic": {
      // RFC 6749 §2.3.1: both are form-encoded first, so a colon or a letter outside ASCII does not split or break the header.
      const headers = { authorization: `Basic ${btoa(`${formEncoded(clientId)}:${formEncoded(given)}`)}` };
      return () => ({ headers, fields: {} });
    }
    case "client_secret_post": {
      const fields = { client_id: clientId, client_secret: given };
      return () => ({ headers: {}, fields });
    }
    default:
      throw wrong(name, "authentication", '"client_secret_basic" or "client_secret_post"');
  }
}

function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

function wrong(name: string, option: string, what: string): BuildError {
  return new BuildError("wrong_option", `${name}: set \`${option}\` to ${what}`);
}

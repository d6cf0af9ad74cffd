/**
 * How this API authenticates as a client at an issuer's endpoint: with a secret (RFC 6749 §2.3.1), with a signed assertion
 * (RFC 7523 §2.2) or with a certificate (RFC 8705 §2).
 */
import { BuildError } from "../problem/error.ts";
import type { KnownOptions } from "../problem/options.ts";
import { Redacted, type Secret } from "../secret/redacted.ts";
import type { ClientCertificate } from "../token/client-certificate.ts";
import { certificateRefusal } from "../token/client-certificate.ts";
import type { SigningKey } from "../token/signing-key.ts";
import { isSigningKey, signAssertion } from "./client-assertion.ts";

/** The registered names of the methods (RFC 7591 §2, RFC 8705 §2). */
export type ClientAuthentication = ClientOptions["authentication"] & string;

/** A client with a secret that it shares with the issuer. */
export interface SecretClient {
  /** The name that the issuer knows this API by. */
  readonly clientId: string;
  /** The secret, as the issuer shows it. `secret(…)` keeps it out of logs. */
  readonly clientSecret: string | Secret<string>;
  /**
   * `"client_secret_basic"` sends the secret in a header, `"client_secret_post"` in the form. Default: `"client_secret_basic"`.
   */
  readonly authentication?: "client_secret_basic" | "client_secret_post";
  readonly signingKey?: never;
  readonly assertionAudience?: never;
  readonly certificate?: never;
}

/** A client that proves that it has a private key. The issuer knows the public half, so nothing secret is sent. */
export interface KeyClient {
  /** The name that the issuer knows this API by. */
  readonly clientId: string;
  /** Each request has an assertion of its own, which is valid for a minute (RFC 7523 §2.2). */
  readonly authentication: "private_key_jwt";
  /** The key: `signingKey(…)`. Its `kid` is in the assertions. Register `publicJwks([key])` at the issuer. */
  readonly signingKey: SigningKey;
  /**
   * The `aud` of the assertions. `"issuer"` is the issuer's identifier, so no other server can use an assertion. `"endpoint"` is
   * the address of the endpoint that is asked, for issuers that accept nothing else. Default: `"issuer"`.
   */
  readonly assertionAudience?: "issuer" | "endpoint";
  readonly clientSecret?: never;
  readonly certificate?: never;
}

/** A client that the issuer knows by the certificate of its connection. Only on Node, and not beside `fetch`. */
export interface CertificateClient {
  /** The name that the issuer knows this API by. */
  readonly clientId: string;
  /** `"tls_client_auth"`: by its subject and authority. `"self_signed_tls_client_auth"`: by the certificate itself. */
  readonly authentication: "tls_client_auth" | "self_signed_tls_client_auth";
  /**
   * The certificate and its key, in PEM; or a function that returns them for each request, if they are renewed. The endpoints are
   * those of `mtls_endpoint_aliases`, if the issuer's metadata has any (RFC 8705 §5).
   */
  readonly certificate: ClientCertificate | (() => ClientCertificate | Promise<ClientCertificate>);
  readonly clientSecret?: never;
  readonly signingKey?: never;
  readonly assertionAudience?: never;
}

/** The client that this API is at the issuer. */
export type ClientOptions = SecretClient | KeyClient | CertificateClient;

/** The names of the options, for functions that take them beside others. */
export const clientOptions: KnownOptions<ClientOptions> = {
  clientId: true,
  clientSecret: true,
  authentication: true,
  signingKey: true,
  assertionAudience: true,
  certificate: true,
};

/** What authentication adds to a request. */
export interface ClientCredential {
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
  /** The certificate to connect with. */
  readonly certificate?: ClientCertificate;
}

/** The endpoint that is asked, and when. */
export interface AskedEndpoint {
  readonly issuer: string;
  readonly url: string;
  readonly nowMs: number;
}

/** Authenticates requests. Secrets and keys stay inside of it. */
export interface ClientAuthenticator {
  /** Whether requests go over connections with a certificate. */
  readonly isMutualTls: boolean;
  readonly authenticate: (asked: AskedEndpoint) => Promise<ClientCredential>;
}

/**
 * Checks the options and returns what authenticates a request.
 *
 * @throws BuildError `wrong_option`; `name` is the function that the options were given to
 */
export function clientAuthentication(name: string, options: ClientOptions): ClientAuthenticator {
  const { clientId } = options;
  if (typeof clientId !== "string" || clientId === "") throw wrong(name, "clientId", "the name that the issuer knows this API by");
  checkOthers(name, options);
  switch (options.authentication) {
    case undefined:
    case "client_secret_basic":
    case "client_secret_post":
      return { isMutualTls: false, authenticate: withSecret(name, options) };
    case "private_key_jwt":
      return { isMutualTls: false, authenticate: withKey(name, options) };
    case "tls_client_auth":
    case "self_signed_tls_client_auth":
      return { isMutualTls: true, authenticate: withCertificate(name, options) };
    default:
      return options satisfies never;
  }
}

const methods: Readonly<Record<ClientAuthentication, "clientSecret" | "signingKey" | "certificate">> = {
  client_secret_basic: "clientSecret",
  client_secret_post: "clientSecret",
  private_key_jwt: "signingKey",
  tls_client_auth: "certificate",
  self_signed_tls_client_auth: "certificate",
};

/** A second means of authentication would be one that is silently not used. */
function checkOthers(name: string, options: ClientOptions): void {
  const { authentication = "client_secret_basic" } = options;
  if (!Object.hasOwn(methods, authentication)) {
    const names = Object.keys(methods).map((method) => `"${method}"`);
    throw wrong(name, "authentication", `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`);
  }
  const used = methods[authentication];
  const unused = [...new Set(Object.values(methods))].filter((each) => each !== used && options[each] !== undefined);
  if (options.assertionAudience !== undefined && used !== "signingKey") unused.push("signingKey");
  if (unused.length === 0) return;
  throw new BuildError(
    "wrong_option",
    `${name}: remove what "${authentication}" does not use, or set \`authentication\`: ${unused.join(", ")}`,
  );
}

function withSecret(name: string, { clientId, clientSecret, authentication }: SecretClient): ClientAuthenticator["authenticate"] {
  const given: unknown = clientSecret instanceof Redacted ? clientSecret.reveal() : clientSecret;
  if (typeof given !== "string" || given === "") {
    throw wrong(name, "clientSecret", "the secret of the client (is the environment variable set?)");
  }
  if (authentication === "client_secret_post") {
    const fields = { client_id: clientId, client_secret: given };
    return async () => ({ headers: {}, fields });
  }
  // RFC 6749 §2.3.1: both are form-encoded first, so a colon or a letter outside ASCII does not split or break the header.
  const headers = { authorization: `Basic ${btoa(`${formEncoded(clientId)}:${formEncoded(given)}`)}` };
  return async () => ({ headers, fields: {} });
}

function withKey(
  name: string,
  { clientId, signingKey: key, assertionAudience = "issuer" }: KeyClient,
): ClientAuthenticator["authenticate"] {
  if (!isSigningKey(key)) throw wrong(name, "signingKey", "signingKey(…), whose public half the issuer knows");
  if (assertionAudience !== "issuer" && assertionAudience !== "endpoint")
    throw wrong(name, "assertionAudience", '"issuer" or "endpoint"');
  return async ({ issuer, url, nowMs }) => {
    const audience = assertionAudience === "issuer" ? issuer : url;
    const assertion = await signAssertion(key, { clientId, audience, nowMs });
    const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    return { headers: {}, fields: { client_id: clientId, client_assertion_type: type, client_assertion: assertion } };
  };
}

function withCertificate(name: string, { clientId, certificate }: CertificateClient): ClientAuthenticator["authenticate"] {
  if (typeof certificate !== "function") {
    const refusal = certificateRefusal(certificate);
    if (refusal !== undefined) throw wrong(name, "certificate", refusal);
  }
  return async () => ({
    headers: {},
    fields: { client_id: clientId },
    certificate: typeof certificate === "function" ? await certificate() : certificate,
  });
}

function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

function wrong(name: string, option: string, what: string): BuildError {
  return new BuildError("wrong_option", `${name}: set \`${option}\` to ${what}`);
}

/**
 * Authenticates the client at an OAuth endpoint (RFC 6749 §2.3): by a secret in HTTP Basic, by an assertion signed with the
 * client's key (RFC 7523), or, for a public client, by its id alone. All refusals get the same answer; the audit event says the
 * reason.
 */
import { type BasicCredentials, type Connection, type OAuthError, oauthError, Redacted, sameSecret } from "lockstep";
import { isClientId } from "../principal/principal.ts";
import { hashOfSecret, newSecret } from "../secret/opaque-token.ts";
import type { Settings } from "../settings.ts";
import { isConfidential } from "./client.ts";
import { assertionRefusal, assertionType, readAssertion } from "./client-assertion.ts";
import type { ClientRecord } from "./client-store.ts";

/** The parts of a request that name or authenticate its client. */
export interface PresentedClient {
  readonly basic: Redacted<BasicCredentials> | undefined;
  readonly clientId: string | undefined;
  /** The parameter `client_secret`. It is refused: send the secret in HTTP Basic. */
  readonly clientSecret: Redacted<string> | undefined;
  readonly clientAssertion: Redacted<string> | undefined;
  readonly clientAssertionType: string | undefined;
}

/** Counts clients that do not authenticate, by their network. */
export interface ClientCounter {
  /** Counts a failure. @throws Problem 429 above the limit */
  failed(action: "client", connection: Connection): Promise<void>;
}

/** The services for authenticating a client. */
export interface ClientAuthenticationServices {
  readonly settings: Settings;
  readonly clients: { findRecord(id: string): Promise<ClientRecord | undefined> };
  readonly throttle: ClientCounter;
}

/** The protection space of clients in HTTP Basic. */
export const clientRealm = "OAuth clients";

/** If a client does not exist, its secret is compared with this hash, so a comparison always takes place. */
const hashOfNobody = hashOfSecret(newSecret());

/**
 * Finds and authenticates the client that a request presents. Returns `undefined` if it presents none. A public client is only
 * named and not authenticated; `isConfidential` tells them apart.
 *
 * @throws OAuthError `invalid_client` (401, with a challenge if Basic was used), `invalid_request` for two methods at once
 * @throws Problem 429 after too many attempts
 */
export async function authenticateClient(
  presented: PresentedClient,
  connection: Connection,
  services: ClientAuthenticationServices,
): Promise<ClientRecord | undefined> {
  const { basic, clientId, clientSecret, clientAssertion, clientAssertionType } = presented;
  const methods = [basic, clientSecret, clientAssertion].filter((each) => each !== undefined).length;
  if (methods > 1) throw oauthError("invalid_request", "Authenticate the client in one way, not in several.");
  if ((clientAssertion === undefined) !== (clientAssertionType === undefined)) {
    throw oauthError("invalid_request", "Send client_assertion and client_assertion_type together.");
  }
  const authentication = new Authentication(connection, services);
  if (basic !== undefined) return authentication.bySecret(basic, clientId);
  if (clientAssertion !== undefined) return authentication.byAssertion(clientAssertion, clientAssertionType, clientId);
  if (clientSecret !== undefined) throw authentication.secretInForm(clientId);
  return clientId === undefined ? undefined : authentication.byIdAlone(clientId);
}

/** Why a client is refused, which one, and how it tried. */
type RefusalDetails = [reason: string, client?: { readonly id: string } | undefined, used?: "basic" | "form" | "other"];

/** One attempt to authenticate. */
class Authentication {
  readonly #connection: Connection;
  readonly #services: ClientAuthenticationServices;

  constructor(connection: Connection, services: ClientAuthenticationServices) {
    this.#connection = connection;
    this.#services = services;
  }

  async bySecret(basic: Redacted<BasicCredentials>, named: string | undefined): Promise<ClientRecord> {
    const credentials = decodeCredentials(basic);
    if (credentials === undefined) throw this.#refused("malformed_basic", undefined, "basic");
    const { id, secret } = credentials;
    checkNamed(named, id);
    const client = await this.#find(id);
    const hash = client?.secretHash?.reveal() ?? hashOfNobody;
    const isRight = sameSecret(new Redacted(hashOfSecret(secret)), hash);
    if (client === undefined) throw await this.#failed("unknown_client", undefined, "basic");
    if (client.authentication !== "client_secret_basic") throw await this.#failed("another_method", client, "basic");
    if (!isRight) throw await this.#failed("wrong_secret", client, "basic");
    if (client.disabledAt !== undefined) throw await this.#failed("disabled", client, "basic");
    return client;
  }

  async byAssertion(assertion: Redacted<string>, type: string | undefined, named: string | undefined): Promise<ClientRecord> {
    if (type !== assertionType) throw oauthError("invalid_request", "This client_assertion_type is not supported.");
    const unverified = readAssertion(assertion);
    if (unverified === undefined) throw this.#refused("malformed_assertion");
    checkNamed(named, unverified.clientId);
    const client = await this.#find(unverified.clientId);
    if (client === undefined) throw await this.#failed("unknown_client");
    const { jwks } = client;
    if (client.authentication !== "private_key_jwt" || jwks === undefined) throw await this.#failed("another_method", client);
    if (client.disabledAt !== undefined) throw await this.#failed("disabled", client);
    const refusal = await assertionRefusal(assertion, unverified, { ...client, jwks }, this.#services.settings);
    if (refusal !== undefined) throw await this.#failed(refusal, client);
    return client;
  }

  async byIdAlone(id: string): Promise<ClientRecord> {
    const client = await this.#find(id);
    if (client === undefined) throw this.#refused("unknown_client");
    if (isConfidential(client)) throw this.#refused("not_authenticated", client);
    if (client.disabledAt !== undefined) throw this.#refused("disabled", client);
    return client;
  }

  secretInForm(id: string | undefined): OAuthError {
    const known = id !== undefined && isClientId(id) ? { id } : undefined;
    return this.#refused("secret_in_form", known, "form");
  }

  /**
   * The error for a credential that did not verify. It is counted after it was judged: a client's secret cannot be guessed, and a
   * client that authenticates is not refused because of its neighbours.
   *
   * @throws Problem 429 `too_many_requests`
   */
  async #failed(...about: RefusalDetails): Promise<OAuthError> {
    await this.#services.throttle.failed("client", this.#connection);
    return this.#refused(...about);
  }

  async #find(id: string): Promise<ClientRecord | undefined> {
    return isClientId(id) ? this.#services.clients.findRecord(id) : undefined;
  }

  #refused(...[reason, client, used = "other"]: RefusalDetails): OAuthError {
    const subject = client === undefined ? {} : { subject: client.id };
    const { requestId, address } = this.#connection;
    this.#services.settings.audit.report({ type: "client.refused", ...subject, reason }, { requestId, address });
    return invalidClient(used);
  }
}

/**
 * Creates the error for a client that is not authenticated (RFC 6749 §5.2). It has a challenge only if Basic was used, because
 * browsers react to one by asking for a password.
 */
export function invalidClient(used: "basic" | "form" | "other" = "other"): OAuthError {
  const description =
    used === "form"
      ? "Send the client's secret in HTTP Basic, not as a parameter."
      : "The client is unknown, or was not authenticated by HTTP Basic or a client assertion.";
  const headers = used === "basic" ? { "www-authenticate": `Basic realm="${clientRealm}", charset="UTF-8"` } : {};
  return oauthError("invalid_client", description, { status: 401, headers });
}

/** Checks that a `client_id` next to a credential does not contradict it. */
function checkNamed(named: string | undefined, id: string): void {
  if (named !== undefined && named !== id) {
    throw oauthError("invalid_request", "client_id names a different client than the credentials do.");
  }
}

interface DecodedCredentials {
  readonly id: string;
  readonly secret: Redacted<string>;
}

/** Decodes the form encoding of both parts (RFC 6749 §2.3.1). Returns `undefined` if it is malformed. */
export function decodeCredentials(basic: Redacted<BasicCredentials>): DecodedCredentials | undefined {
  const { username, password } = basic.reveal();
  const [id, secret] = [decodeFormText(username), decodeFormText(password)];
  return id === undefined || secret === undefined ? undefined : { id, secret: new Redacted(secret) };
}

function decodeFormText(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    // The text is not percent-encoded UTF-8; nothing else makes it throw.
    return undefined;
  }
}

/**
 * The client that people sign in with on the documentation's page, and its checks. It runs in browsers, so it is public: it has
 * no secret, and PKCE takes its place (RFC 6749 §2.1, RFC 7636). Nothing of it guards a route.
 */
import type { DocumentedScheme, SignIn } from "../dependency/documented-scheme.ts";
import { isPrintable, isScopeToken } from "../http/token.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";

/** The client of the documentation's page at one issuer. */
export interface DocsClient {
  /**
   * The id of a public client that is registered for the page, with the redirect URI
   * `https://<your API>/docs/oauth2-redirect.html`. The Authorize dialog shows it; it can be changed there.
   */
  readonly clientId: string;
  /**
   * Further parameters of the authorization request, for example `{ audience: "https://api.example" }` (Auth0) or
   * `{ prompt: "login" }`. A `resource` is sent to the token endpoint, too (RFC 8707 §2.2). Default: none.
   */
  readonly authorizationParameters?: Readonly<Record<string, string>>;
  /**
   * The scopes to ask for, as the issuer spells them, for example `["api://3f0c/.default"]` (Entra). The dialog selects them at
   * first. Default: the scopes that the scheme declares, or those of the operation whose lock opened the dialog. For
   * `openIdConnect()`, the default is the issuer's own list, of which none is selected.
   */
  readonly scopes?: readonly string[];
  /** A page keeps no secret. Register a public client. */
  readonly clientSecret?: never;
}

/** The names of options. */
type KnownNames = Readonly<Record<string, true>>;

/** The names of its options. `clientSecret` is not among them: nobody can set it. */
export const docsClientOptions: KnownOptions<Omit<DocsClient, "clientSecret">> = {
  clientId: true,
  authorizationParameters: true,
  scopes: true,
};

/**
 * The parameters that the page sets itself (RFC 6749 §4.1.1, RFC 7636 §4.3) or that would take their place (RFC 9101): another
 * value would undo PKCE, the state, or the page that the answer comes to.
 */
const ownParameters: ReadonlySet<string> = new Set([
  "response_type",
  "response_mode",
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "code_challenge",
  "code_challenge_method",
  "request",
  "request_uri",
]);

/** The parameters by which a client proves that it has a secret (RFC 6749 §2.3.1, RFC 7521 §4.2). */
const secretParameters: ReadonlySet<string> = new Set(["client_secret", "client_assertion", "client_assertion_type"]);

/**
 * Checks a client, and returns it without the way to its endpoints.
 *
 * @param where the function and the option, for messages: `oidc({ docs })`
 * @throws BuildError `wrong_option`
 */
export function checkDocsClient(where: string, client: DocsClient, known: KnownNames = docsClientOptions): SignIn {
  refuseSecret(where, client);
  checkOptions<Record<string, unknown>>(where, client, known);
  const { clientId, authorizationParameters = {}, scopes } = client;
  checkClientId(where, clientId);
  checkParameters(where, authorizationParameters);
  if (scopes === undefined) return { clientId, authorizationParameters: { ...authorizationParameters } };
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === "string" && isScopeToken(scope)))
    throw wrong(where, 'set scopes to a list of scopes (RFC 6749 §3.3), as the issuer spells them: ["api://3f0c/.default"]');
  return { clientId, authorizationParameters: { ...authorizationParameters }, scopes: [...new Set(scopes)] };
}

/**
 * Adds a client to the entry of a scheme whose document says where people sign in.
 *
 * @throws BuildError `wrong_option`
 */
export function withDocsClient(factory: string, entry: DocumentedScheme, client: DocsClient | undefined): DocumentedScheme {
  return client === undefined ? entry : { ...entry, signIn: checkDocsClient(`${factory}({ docs })`, client) };
}

/** The message about an unknown option would list the others, and say nothing of the reason. */
function refuseSecret(where: string, client: unknown): void {
  if (typeof client !== "object" || client === null || !("clientSecret" in client)) return;
  throw wrong(where, "remove clientSecret and register a public client: everyone who reads the page would read the secret");
}

/** @throws BuildError `wrong_option` */
export function checkClientId(where: string, clientId: unknown): void {
  if (typeof clientId === "string" && clientId !== "" && isPrintable(clientId)) return;
  throw wrong(where, "set clientId to the id of a client, in printable ASCII");
}

/** @throws BuildError `wrong_option` */
export function checkParameters(where: string, parameters: unknown): void {
  if (typeof parameters !== "object" || parameters === null || Array.isArray(parameters))
    throw wrong(where, 'set authorizationParameters to a record of texts: { audience: "https://api.example" }');
  for (const [name, value] of Object.entries(parameters)) {
    if (ownParameters.has(name)) throw wrong(where, `remove ${name} from authorizationParameters: the page sets it itself`);
    if (secretParameters.has(name))
      throw wrong(where, `remove ${name} from authorizationParameters: everyone who reads the page would read it`);
    if (typeof value !== "string") throw wrong(where, `set ${name} in authorizationParameters to a text`);
  }
}

function wrong(where: string, advice: string): BuildError {
  return new BuildError("wrong_option", `${where}: ${advice}`);
}

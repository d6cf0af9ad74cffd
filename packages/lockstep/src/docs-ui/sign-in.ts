/**
 * How people sign in on the page. The document names an issuer by its metadata and says the same whether the issuer can be
 * reached or not. The page shows the endpoints that the metadata names now: it gets them with its HTML, beside a content policy
 * for the same endpoints. This module owns the difference between the document and the page.
 */
import type { DocumentedScheme, SignInEndpoints, SignInObstacle } from "../dependency/documented-scheme.ts";
import type { CheckedScheme } from "../dependency/scheme-definition.ts";
import { defined } from "../json/member.ts";
import type { ShownScheme } from "../openapi/security-schemes.ts";
import type { SecurityScheme } from "../openapi/openapi.ts";

/** What the page's script knows of one entry of `components.securitySchemes`. */
export interface PageEntry {
  /** The Security Scheme Object that the page shows instead of the document's. */
  readonly shown?: SecurityScheme;
  readonly clientId?: string;
  readonly authorizationParameters?: Readonly<Record<string, string>>;
  /** The scopes to ask for, instead of those of `shown`. */
  readonly scopes?: readonly string[];
  /** Set if they are selected at first. */
  readonly selected?: true;
  /** The name that the issuer's answers may have, and whether they must have one (RFC 9207). */
  readonly issuer?: string;
  readonly namesIssuer?: boolean;
  /** The entries that fill the same place of a request: signing in with one signs out of the others. */
  readonly others?: readonly string[];
}

/** The entries of the page by their keys, and sentences about those that nobody can sign in with now. */
export interface PageEntries {
  readonly entries: Readonly<Record<string, PageEntry>>;
  readonly notices: readonly string[];
}

/** Asks for the endpoints of all issuers at once. Never rejects. */
export async function pageEntries(schemes: readonly ShownScheme[]): Promise<PageEntries> {
  const found = await Promise.all(schemes.map(withEndpoints));
  const entries = found.flatMap((each): [string, PageEntry][] => {
    const { entry, scheme } = each;
    const all = scheme.documented.map(({ name }) => name);
    const others = all.length === 1 ? undefined : all.filter((name) => name !== entry.name);
    const page = pageEntryOf(each);
    return page === undefined ? [] : [[entry.name, defined<PageEntry>({ ...page, others })]];
  });
  const notices = found.flatMap(({ entry, found: obstacle }) => (typeof obstacle === "string" ? noticeOf(obstacle, entry) : []));
  return { entries: Object.fromEntries(entries), notices };
}

/** Why the page cannot sign in somewhere. `bound`: the token would need a key that the page does not have. */
type Obstacle = SignInObstacle | "bound";

/** A scheme, and where people sign in or why they cannot. Nothing was found for one that names its endpoints, or no client. */
interface FoundScheme extends ShownScheme {
  readonly found: SignInEndpoints | Obstacle | undefined;
}

async function withEndpoints(shown: ShownScheme): Promise<FoundScheme> {
  return { ...shown, found: await findEndpoints(shown) };
}

async function findEndpoints({ entry: { signIn }, scheme }: ShownScheme): Promise<FoundScheme["found"]> {
  return signIn !== undefined && scheme.sender?.required === true ? "bound" : signIn?.endpoints?.();
}

function pageEntryOf({ entry, scheme, found }: FoundScheme): PageEntry | undefined {
  const { issuer, signIn, openapi } = entry;
  if (typeof found === "string") return { shown: pasted(entry, scheme, noticeOf(found, entry)) };
  if (signIn === undefined) return issuer === undefined ? undefined : { shown: pasted(entry, scheme) };
  const { endpoints: _endpoints, ...client } = signIn;
  if (found === undefined) {
    // Without scopes of its own, an entry for discovery in the browser offers all that the issuer has.
    return client.scopes === undefined && openapi["type"] !== "oauth2" ? client : { ...client, selected: true };
  }
  const { authorizationUrl, tokenUrl, ...answers } = found;
  const shown = byCode(entry, { authorizationUrl, tokenUrl, scopes: scheme.scopes });
  return { ...client, ...answers, shown, selected: true };
}

/** Swagger UI offers every grant of an `openIdConnect` entry, and the scopes of the issuer instead of those of the API. */
function byCode(
  { openapi }: DocumentedScheme,
  flow: Pick<SignInEndpoints, "authorizationUrl" | "tokenUrl"> & { readonly scopes: Readonly<Record<string, string>> },
): SecurityScheme {
  return defined({ type: "oauth2", description: openapi["description"], flows: { authorizationCode: flow } });
}

/** A field for a token; Swagger UI says that it has none for tokens that need a proof. */
function pasted({ openapi: { description } }: DocumentedScheme, { sender }: CheckedScheme, notice?: string): SecurityScheme {
  const texts = [description, notice].filter((text) => typeof text === "string");
  const scheme = sender?.method === "dpop" && sender.required ? "dpop" : "bearer";
  return defined({ type: "http", scheme, description: texts.length === 0 ? undefined : texts.join("\n\n") });
}

function noticeOf(obstacle: Obstacle, { issuer, name }: DocumentedScheme): string {
  const where = issuer ?? name;
  switch (obstacle) {
    case "unreachable":
      return `You cannot sign in at ${where} now, because the API cannot read its metadata. Reload the page to try again, or paste a token.`;
    case "unsupported":
      return `You cannot sign in at ${where} on this page: its metadata does not offer the authorization code grant with PKCE. Paste a token instead.`;
    case "bound":
      return `You cannot sign in at ${where} on this page: the API accepts only tokens that are bound to a key of the client.`;
  }
}

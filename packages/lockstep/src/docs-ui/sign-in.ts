/**
 * How people sign in on the page. The document names an issuer by its metadata and says the same whether the issuer can be
 * reached or not. The page shows the endpoints that the metadata names now: it gets them with its HTML, beside a content policy
 * for the same endpoints. This module owns the difference between the document and the page.
 */
import type { DocumentedScheme, SignInEndpoints, SignInObstacle } from "../dependency/documented-scheme.ts";
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
  const pairs = await Promise.all(schemes.map(async (each) => ({ ...each, found: await each.entry.signIn?.endpoints?.() })));
  const notices: string[] = [];
  const entries = pairs.flatMap(({ entry, scheme, found }): [string, PageEntry][] => {
    const { name, issuer, signIn } = entry;
    const all = scheme.documented.map((other) => other.name);
    const others = all.length === 1 ? undefined : all.filter((other) => other !== name);
    if (signIn === undefined) {
      return issuer === undefined ? [] : [[name, defined<PageEntry>({ shown: pasted(entry), others })]];
    }
    if (typeof found === "string") {
      const notice = noticeOf(found, issuer ?? name);
      notices.push(notice);
      return [[name, defined<PageEntry>({ shown: pasted(entry, notice), others })]];
    }
    const { endpoints: _endpoints, ...client } = signIn;
    if (found === undefined) {
      // Without scopes of its own, an entry for discovery in the browser offers all that the issuer has.
      const selected = client.scopes !== undefined || entry.openapi["type"] === "oauth2" ? true : undefined;
      return [[name, defined<PageEntry>({ ...client, selected, others })]];
    }
    const { authorizationUrl, tokenUrl, ...answers } = found;
    const shown = byCode(entry, { authorizationUrl, tokenUrl, scopes: scheme.scopes });
    return [[name, defined<PageEntry>({ ...client, ...answers, shown, selected: true, others })]];
  });
  return { entries: Object.fromEntries(entries), notices };
}

/** Swagger UI offers every grant of an `openIdConnect` entry, and the scopes of the issuer instead of those of the API. */
function byCode(
  { openapi }: DocumentedScheme,
  flow: Pick<SignInEndpoints, "authorizationUrl" | "tokenUrl"> & { readonly scopes: Readonly<Record<string, string>> },
): SecurityScheme {
  return defined({ type: "oauth2", description: openapi["description"], flows: { authorizationCode: flow } });
}

/** A field for a token. */
function pasted({ openapi: { description } }: DocumentedScheme, notice?: string): SecurityScheme {
  const texts = [description, notice].filter((text) => typeof text === "string");
  return defined({ type: "http", scheme: "bearer", description: texts.length === 0 ? undefined : texts.join("\n\n") });
}

function noticeOf(obstacle: SignInObstacle, issuer: string): string {
  switch (obstacle) {
    case "unreachable":
      return `You cannot sign in at ${issuer} now, because the API cannot read its metadata. Reload the page to try again, or paste a token.`;
    case "unsupported":
      return `You cannot sign in at ${issuer} on this page: its metadata does not offer the authorization code grant with PKCE. Paste a token instead.`;
  }
}

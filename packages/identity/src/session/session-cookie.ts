/**
 * The cookie of a browser's session. Its prefix `__Host-` (RFC 6265bis §4.1.3.2) keeps sibling domains and plain-text pages from
 * setting it, and `HttpOnly` keeps scripts from reading it. `SameSite=Lax` adds to the core's cross-site rule and does not
 * replace it.
 */
import {
  apiKeyCookie,
  type Cookie,
  type Dependency,
  type Redacted,
  reply,
  type Reply,
  sameSite,
  type SameSite,
  type Scheme,
} from "lockstep";
import { accountScopes, type User } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";

/** The settings that the cookie depends on. */
export type CookieSettings = Pick<Settings, "insecureCookies" | "lifetimes">;

/** Returns the name of the cookie: `__Host-session`, or `session` in the demo without TLS. */
export function sessionCookieName({ insecureCookies }: Pick<Settings, "insecureCookies">): string {
  return insecureCookies ? "session" : "__Host-session";
}

/**
 * Returns the cookie that signs a browser in. Its `Max-Age` is the longest life of a session; the server decides when it ends.
 */
export function sessionCookie(settings: CookieSettings, secret: Redacted<string>): Cookie {
  return cookieOf(settings, secret.reveal(), settings.lifetimes.sessionSeconds);
}

/** Returns the cookie that signs a browser out. */
export function endedCookie(settings: CookieSettings): Cookie {
  return cookieOf(settings, "", 0);
}

/**
 * Headers of the answer that signs a browser out: it clears the storage of this origin's pages (ASVS 14.3.1). `"cookies"` is
 * left out: it would remove the device cookie, without which guesses of others delay the next sign-in, and the cookies of every
 * subdomain.
 */
const signedOutHeaders: Readonly<Record<string, string>> = { "clear-site-data": '"cache", "storage"' };

/**
 * Applies the cross-site rule, for which a page of the issuer is the API's own: identity's routes are reached there, so browsers
 * without Fetch Metadata can sign in.
 */
export function ownSite({ issuer }: Pick<Settings, "issuer">): Dependency<SameSite> {
  return sameSite({ ownOrigin: new URL(issuer).origin });
}

/** Creates the security scheme of the cookie. Its name in the document is `Session`. */
export function sessionScheme(settings: Pick<Settings, "insecureCookies" | "scopes">): Scheme<string, string, "cookie"> {
  return apiKeyCookie({
    name: sessionCookieName(settings),
    schemeName: "Session",
    scopes: { ...settings.scopes, ...accountScopes },
    description: "The cookie of a browser that signed in with `POST /auth/session`.",
  });
}

function cookieOf(settings: CookieSettings, value: string, maxAgeSeconds: number): Cookie {
  const name = sessionCookieName(settings);
  return { name, value, maxAgeSeconds, path: "/", sameSite: "Lax", httpOnly: true, secure: !settings.insecureCookies };
}

/** An empty answer that signs a browser out: it removes the cookie. */
export function browserSignedOut(settings: CookieSettings): Reply<undefined, 204> {
  return reply(204, undefined, { cookies: [endedCookie(settings)], headers: signedOutHeaders });
}

/** An empty answer. It signs the browser out if the session that just ended was the cookie's. */
export function signedOut(settings: CookieSettings, user: Pick<User, "credential"> | undefined): Reply<undefined, 204> {
  return user?.credential === "session" ? browserSignedOut(settings) : reply(204, undefined);
}

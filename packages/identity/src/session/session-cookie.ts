/**
 * The cookie that a browser's session is known by. `__Host-` (RFC 6265bis §4.1.3.2) keeps sibling domains and plain-text pages from
 * setting it, `HttpOnly` keeps scripts from reading it; `SameSite=Lax` stands beside the core's cross-site rule, not in its place.
 */
import { apiKeyCookie, type Cookie, type Redacted, type Scheme } from "lockstep";
import type { Settings } from "../settings.ts";

/** What the cookie depends on. */
export type CookieSettings = Pick<Settings, "insecureCookies" | "lifetimes">;

/** The name of the cookie: `__Host-session`; `session` in the demo without TLS. */
export function sessionCookieName({ insecureCookies }: Pick<Settings, "insecureCookies">): string {
  return insecureCookies ? "session" : "__Host-session";
}

/** The cookie that signs a browser in. It lasts as long as a session can; the server decides when that is over. */
export function sessionCookie(settings: CookieSettings, secret: Redacted<string>): Cookie {
  return cookieOf(settings, secret.reveal(), settings.lifetimes.sessionSeconds);
}

/** The cookie that signs a browser out. */
export function endedCookie(settings: CookieSettings): Cookie {
  return cookieOf(settings, "", 0);
}

/** The security scheme: `Session` in the documentation. */
export function sessionScheme(settings: Pick<Settings, "insecureCookies" | "scopes">): Scheme<string, string, "cookie"> {
  return apiKeyCookie({
    name: sessionCookieName(settings),
    schemeName: "Session",
    scopes: settings.scopes,
    description: "The cookie of a browser that signed in with `POST /auth/session`.",
  });
}

function cookieOf(settings: CookieSettings, value: string, maxAgeSeconds: number): Cookie {
  const name = sessionCookieName(settings);
  return { name, value, maxAgeSeconds, path: "/", sameSite: "Lax", httpOnly: true, secure: !settings.insecureCookies };
}

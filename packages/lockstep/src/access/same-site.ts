/** `sameSite()`: a route that sets a cookie is called by the site's own pages only. A refusal is 403 `cross_site`. */
import type { Dependency } from "../dependency/dependency.ts";
import { dependency, type SameSiteNode } from "../dependency/node.ts";

/** The value of `sameSite()`: an empty object. That there is one says that the request may be the site's own. */
export type SameSite = Readonly<Record<string, never>>;

let made: SameSiteNode | undefined;

/**
 * Applies the rule that routes with a cookie credential have by themselves (`cross-site.ts`) to a route without one: an unsafe
 * method needs `Sec-Fetch-Site: same-origin` or `none`, or an `Origin` among `createApi({ origins })`; with neither header it
 * is refused. Otherwise **403** `cross_site` and an audit event, before any dependency runs and any body is read.
 *
 * For public routes that sign somebody in or out: without it another site can sign its visitors in as the attacker (login CSRF).
 * The attacker could then read everything that they save. It costs programs that sign in with a cookie one header. Safe methods
 * are not asked, so a group may have it. Every call returns the same dependency.
 *
 * @throws BuildError `wrong_dependency` outside a request (`run()`), unless a value stands in for it
 *
 * @example
 * ```ts
 * post("/auth/session", { public: "signs in", deps: { sameSite: sameSite(), form: form(Login) } }, signIn);
 * ```
 */
export function sameSite(): Dependency<SameSite> {
  made ??= { kind: "same-site", deps: [], facts: new Set(), lifetime: "request", value: Object.freeze({}) };
  return dependency<SameSite, never>(made);
}

/** `sameSite()`: a route that sets a cookie is called by the site's own pages only. A refusal is 403 `cross_site`. */
import type { Dependency } from "../dependency/dependency.ts";
import { dependency, type SameSiteNode } from "../dependency/node.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { checkOrigin } from "./origin.ts";

/** The value of `sameSite()`: an empty object. That there is one says that the request may be the site's own. */
export type SameSite = Readonly<Record<string, never>>;

/** The options of `sameSite()`. */
export interface SameSiteOptions {
  /**
   * An origin at which this API is reached, exact (`https://api.example`), if `createApi()` does not name it among its `servers`.
   * It counts as the API's own if the browser sends no Fetch Metadata. For a library whose routes know where they are.
   */
  readonly ownOrigin?: string;
}

const known: KnownOptions<SameSiteOptions> = { ownOrigin: true };
/** One node for each origin, and one without. */
const made = new Map<string, SameSiteNode>();

/**
 * Applies the rule that routes with a cookie credential have by themselves (`cross-site.ts`) to a route without one: an unsafe
 * method needs `Sec-Fetch-Site: same-origin` or `none`, or an `Origin` among `createApi({ origins })`; with neither header it
 * is refused. Otherwise **403** `cross_site` and an audit event, before any dependency runs and any body is read.
 *
 * For public routes that sign somebody in or out: without it another site can sign its visitors in as the attacker (login CSRF).
 * The attacker could then read everything that they save. It costs programs that sign in with a cookie one header. Safe methods
 * are not asked, so a group may have it. Every call with the same options returns the same dependency.
 *
 * @throws BuildError `wrong_option` for an origin that no browser sends
 * @throws BuildError `wrong_dependency` outside a request (`run()`), unless a value stands in for it
 *
 * @example
 * ```ts
 * post("/auth/session", { public: "signs in", deps: { sameSite: sameSite(), form: form(Login) } }, signIn);
 * ```
 */
export function sameSite(options: SameSiteOptions = {}): Dependency<SameSite> {
  checkOptions("sameSite()", options, known);
  const ownOrigin = options.ownOrigin === undefined ? undefined : checkOrigin(options.ownOrigin, "ownOrigin");
  const node = made.get(ownOrigin ?? "") ?? nodeOf(ownOrigin);
  made.set(ownOrigin ?? "", node);
  return dependency<SameSite, never>(node);
}

function nodeOf(ownOrigin: string | undefined): SameSiteNode {
  return { kind: "same-site", deps: [], facts: new Set(), lifetime: "request", value: Object.freeze({}), ownOrigin };
}

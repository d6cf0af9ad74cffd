/** `redirect()`: a result that sends the client to another address. `route/redirect-target.ts` decides where it may lead. */
import { recogniseEverywhere } from "../brand.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { Reply, type ReplyOptions } from "./reply.ts";

/**
 * The statuses of redirects (RFC 9110 §15.4): 303 to look at another page, 307 and 308 to send the same request elsewhere, 301
 * and 302 as older clients know them.
 */
export type RedirectStatus = 301 | 302 | 303 | 307 | 308;

/** What a redirect says beside its target. */
export interface RedirectOptions<S extends RedirectStatus = RedirectStatus> extends ReplyOptions {
  /** Default 303. */
  readonly status?: S;
  /** Further origins to which it may lead, exact: `https://login.example`. Those of `createApi({ origins })` are allowed. */
  readonly origins?: readonly string[];
  /**
   * Where it leads if the target is not allowed, for one that the client chose: `redirect(next, { otherwise: "/" })`. Without it,
   * a target from the request is a 400, and any other a 500.
   */
  readonly otherwise?: string;
}

const redirectOptions: KnownOptions<RedirectOptions> = {
  status: true,
  origins: true,
  otherwise: true,
  headers: true,
  cookies: true,
};

const statuses: ReadonlySet<number> = new Set<RedirectStatus>([301, 302, 303, 307, 308]);

/** A redirect; made by `redirect()`. */
export class Redirect<out S extends RedirectStatus = RedirectStatus> extends Reply<undefined, S> {
  static {
    recogniseEverywhere(this, "Redirect");
  }

  readonly target: string;
  readonly origins: readonly string[];
  readonly otherwise: string | undefined;

  /** @throws BuildError `wrong_option`, `wrong_result` */
  constructor(target: string, status: S, { headers = {}, cookies = [], origins = [], otherwise }: RedirectOptions<S>) {
    super(status, undefined, { headers, cookies });
    this.target = target;
    this.origins = origins;
    this.otherwise = otherwise;
  }
}

/**
 * Sends the client to another address. The route declares the status: `{ status: 303 }`.
 *
 * The target is an address of the API's own origin (`/notes/n1`, `?page=2`), or a whole one whose origin is listed. Otherwise,
 * anyone could write a link to your site that leads to theirs. Characters that an address cannot have are encoded.
 *
 * @throws BuildError `wrong_option`, and `wrong_result` for a status that does not redirect, or an invalid cookie or header
 *
 * @example
 * ```ts
 * get("/signed-in", { deps: { user, next }, status: 303 }, ({ next }) => redirect(next, { otherwise: "/" }));
 * ```
 */
export function redirect<const S extends RedirectStatus = 303>(target: string, options: RedirectOptions<S> = {}): Redirect<S> {
  checkOptions("redirect()", options, redirectOptions);
  // Without a status, S is its default.
  const status = options.status ?? (303 as S);
  if (!statuses.has(status))
    throw new BuildError("wrong_result", "redirect(): set the status to 301, 302, 303, 307 or 308 (RFC 9110 §15.4)");
  if (typeof target !== "string") throw new BuildError("wrong_result", "redirect(): pass the target as text");
  if (options.headers !== undefined && Object.keys(options.headers).some((name) => name.toLowerCase() === "location"))
    throw new BuildError("wrong_result", 'redirect(): pass the target first, and not as the header "location"');
  return new Redirect(target, status, options);
}

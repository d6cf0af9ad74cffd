/**
 * Where an answer may send a client. An open redirect lends a site's name to a phishing page: a link to `/login?next=…` looks
 * like the site and leads elsewhere. So a redirect leads to the API's own origin or to one that is listed, as browsers read
 * addresses (the URL Standard): they take `\` for `/`, leave out tabs and line breaks, and have several ways to name a host.
 */
import { checkOrigin, originOf } from "../access/origin.ts";
import { Redirect } from "../outcome/redirect.ts";
import { encodedAddress } from "../problem/answer-headers.ts";
import { BuildError } from "../problem/error.ts";
import { UnwritableText } from "../problem/unwritable-text.ts";
import type { Headers } from "./answer-head.ts";

/** The origins that redirects may lead to. */
export interface RedirectOrigins {
  /** Those of the application's pages. */
  readonly origins: ReadonlySet<string>;
  /** Those of the API itself. */
  readonly ownOrigins: ReadonlySet<string>;
}

/** Statuses that send a client on; 300 offers a choice, and 304 is about a cache. */
const redirecting: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Writes the target of a redirect into the headers, and checks the one that is there already. Does nothing for other statuses.
 *
 * @throws UnwritableText (`wrong_result`) for a target that is not allowed: 400 if the request sent it; BuildError `wrong_result`
 * without a target
 */
export function addTarget(headers: Headers, status: number, result: unknown, allowed: RedirectOrigins): void {
  if (result instanceof Redirect) {
    const further = result.origins.map((origin) => checkOrigin(origin, "redirect({ origins })"));
    const also = further.length === 0 ? allowed : { ...allowed, origins: new Set([...allowed.origins, ...further]) };
    headers["location"] = targetOf(result.target, also) ?? checkedTarget(result.otherwise ?? result.target, also);
    return;
  }
  if (status < 300 || status >= 400) return;
  const { location } = headers;
  if (location !== undefined) headers["location"] = checkedTarget(String(location), allowed);
  else if (redirecting.has(status))
    throw new BuildError(
      "wrong_result",
      `return redirect(target, { status: ${status} }): a ${status} says where to go (RFC 9110 §15.4)`,
    );
}

function checkedTarget(target: string, allowed: RedirectOrigins): string {
  const written = targetOf(target, allowed);
  if (written !== undefined) return written;
  const [authority = ""] = /^[^/?#\\]*[/\\]*[^/?#\\]*/.exec(target) ?? [];
  // The target may be what a client sent: it is not told.
  throw new UnwritableText(
    'redirect to an address of this API, such as /notes, or list the origin with createApi({ origins }) or redirect(url, { origins }); for a target that the client chose, write { otherwise: "/" }',
    [authority],
  );
}

/** The target as it is sent; `undefined` if it is not allowed. */
export function targetOf(target: string, { origins, ownOrigins }: RedirectOrigins): string | undefined {
  if (target === "" || /^[\0-\x20]/.test(target)) return undefined;
  if (isOwn(target)) return encodedAddress(target);
  // Without the slashes, what follows the scheme is a path to some readers and a host to others.
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]/i.test(target) || !isPlain(pathIn(target))) return undefined;
  const origin = originOf(target);
  if (origin === undefined || (!origins.has(origin) && !ownOrigins.has(origin))) return undefined;
  const url = new URL(target);
  return url.username === "" && url.password === "" ? encodedAddress(url.href) : undefined;
}

/** A deep base: every relative address has a path. The name resolves nowhere (RFC 6761 §6.4). */
const base = "https://own.invalid/a/b/c";

/** How often a path may be encoded inside of itself; one that is encoded more often is not an address that somebody wrote. */
const maxEncodings = 5;

/** Whether an address leads to the origin that it was read on, also for a reader that decodes it first. */
function isOwn(target: string): boolean {
  let path = pathIn(target);
  for (let time = 0; time < maxEncodings; time += 1) {
    if (!isPlain(path) || !isRelative(path)) return false;
    const decoded = percentDecoded(path);
    if (decoded === path) return true;
    path = decoded;
  }
  return false;
}

/** The part of an address that can name another origin: a query and a fragment cannot. */
function pathIn(target: string): string {
  return target.split(/[?#]/, 1)[0] ?? "";
}

/** Without controls, which browsers leave out, and `\`, which they take for `/`. */
function isPlain(path: string): boolean {
  return !/[\0-\x1f\x7f\\]/.test(path);
}

function isRelative(path: string): boolean {
  if (path.startsWith("//") || URL.canParse(path)) return false;
  return URL.canParse(path, base) && new URL(path, base).origin === "https://own.invalid";
}

function percentDecoded(path: string): string {
  return path.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const bytes = Uint8Array.from(run.match(/[0-9a-f]{2}/gi) ?? [], (byte) => Number.parseInt(byte, 16));
    return new TextDecoder().decode(bytes);
  });
}

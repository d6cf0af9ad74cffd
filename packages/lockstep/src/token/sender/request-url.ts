/**
 * Comparing the address that a proof was made for with the address of the request (RFC 9449 §4.3). Addresses are compared as RFC
 * 3986 §6.2.2 and §6.2.3 normalise them. An address that programs read differently has no normal form: a proof for one address
 * must not count for another one.
 */

/** Scheme, authority, path. The query and the fragment count for nothing. */
const httpUrl = /^(https?):\/\/([^/?#@\\]+)(\/[^?#\\]*)?(?:[?#].*)?$/i;
const visible = /^[!-~]+$/;
const brokenEscape = /%(?![\dA-Fa-f]{2})/;
const escape = /%([\dA-Fa-f]{2})/g;
const unreserved = /^[A-Za-z0-9\-._~]$/;
/** A segment that means another place in the hierarchy. Servers differ in when they resolve it. */
const dotSegment = /\/\.{1,2}(?=\/|$)/;

/**
 * The normal form of an http or https address, without its query and fragment: host in lower case, no default port, `/` for an
 * empty path, escapes in upper case and only where they are needed. `undefined` for anything else, for an address with a user
 * name and for a path with dot segments.
 */
export function comparableUrl(text: string): string | undefined {
  const [, scheme = "", authority = "", path = "/"] = (visible.test(text) && httpUrl.exec(text)) || [];
  if (scheme === "" || !URL.canParse(`${scheme}://${authority}`)) return undefined;
  const normal = comparablePath(path);
  return normal === undefined ? undefined : new URL(`${scheme}://${authority}`).origin + normal;
}

function comparablePath(path: string): string | undefined {
  if (brokenEscape.test(path)) return undefined;
  const normal = path.replace(escape, (whole, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return unreserved.test(character) ? character : whole.toUpperCase();
  });
  return dotSegment.test(normal) ? undefined : normal;
}

/** Origins of web pages and of apps, as browsers and webviews send them in `Origin` (RFC 6454 §6.2). */
import { BuildError } from "../problem/error.ts";

// An app's webview names its own scheme; all of them send scheme, host and perhaps a port, and nothing after it.
const appOrigin = /^([a-z][a-z0-9+.-]*):\/\/[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?::[1-9][0-9]{0,4})?$/;
// Hosts of web pages. A wildcard is not a host, although `URL` accepts it.
const webHost = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])$/;
/** Schemes whose pages have no origin, or that are not pages: browsers never send these. */
const withoutOrigin: ReadonlySet<string> = new Set([
  "about",
  "blob",
  "data",
  "file",
  "filesystem",
  "ftp",
  "javascript",
  "ws",
  "wss",
]);

/**
 * Checks an origin that a page or an app may have: `https://app.example`, `capacitor://localhost`. It has to be written as it is
 * sent, since it is compared as text.
 *
 * @param option the name of the option, for the message
 * @throws BuildError `wrong_option` for anything else; the message shows the right spelling if there is one
 */
export function checkOrigin(origin: string, option: string = "origins"): string {
  const right = originOf(origin);
  if (right !== undefined && right === origin) return right;
  const advice =
    right === undefined
      ? "write each origin exactly, as browsers send it, for example https://app.example or capacitor://localhost"
      : `write ${JSON.stringify(right)}`;
  throw new BuildError("wrong_option", `${option}: ${advice}; ${JSON.stringify(origin)} is not an origin that a browser sends`);
}

/**
 * The origin of an address at which an API can be reached; `undefined` for a relative one, and for text that is not a web
 * address.
 */
export function webOriginOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, hostname, origin } = new URL(address);
  return (protocol === "https:" || protocol === "http:") && webHost.test(hostname) ? origin : undefined;
}

/** The origin of an address of a web page or an app, as browsers write it; `undefined` if it has none. */
export function originOf(text: unknown): string | undefined {
  if (typeof text !== "string") return undefined;
  const web = webOriginOf(text);
  if (web !== undefined) return web;
  const [start = ""] = /^[^:]+:\/\/[^/?#]*/.exec(text) ?? [];
  const app = start.toLowerCase().replace(/^([^:]+:\/\/).*@/, "$1");
  const [, scheme] = appOrigin.exec(app) ?? [];
  const isApp = scheme !== undefined && scheme !== "https" && scheme !== "http" && !withoutOrigin.has(scheme);
  return isApp && hasPort(app) ? app : undefined;
}

function hasPort(origin: string): boolean {
  const [, port = "1"] = /:([0-9]+)$/.exec(origin) ?? [];
  return Number(port) <= 65_535;
}

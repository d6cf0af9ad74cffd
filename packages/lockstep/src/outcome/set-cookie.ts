/** `Set-Cookie` (RFC 6265 §4.1, and the prefixes of RFC 6265bis §4.1.3). */
import { isToken } from "../http/token.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { UnwritableText } from "../problem/unwritable-text.ts";

/** A cookie to set. Secure, HttpOnly, `Path=/` and `SameSite=Lax` unless said otherwise. */
export interface Cookie {
  /** `__Host-…` is checked: secure, path `/`, no domain. */
  readonly name: string;
  readonly value: string;
  /** Lifetime in seconds; 0 removes the cookie. Default: until the browser closes. */
  readonly maxAgeSeconds?: number;
  /** Default `/`. */
  readonly path?: string;
  /** Default `Lax`. */
  readonly sameSite?: "Strict" | "Lax" | "None";
  /** Default true; false only for development on loopback. */
  readonly secure?: boolean;
  /** Default true: scripts do not see it. */
  readonly httpOnly?: boolean;
}

const octets = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;
const attribute = /^\/[\x21-\x3a\x3c-\x7e]*$/;
const maxBytes = 4096;

const cookieOptions: KnownOptions<Cookie> = {
  name: true,
  value: true,
  maxAgeSeconds: true,
  path: true,
  sameSite: true,
  secure: true,
  httpOnly: true,
};

/** @throws BuildError `wrong_option` for a misspelt attribute, `wrong_result` for what a browser would refuse or misread */
export function serialiseCookie(cookie: Cookie): string {
  checkOptions("cookies", cookie, cookieOptions);
  const { name, value, path = "/", sameSite = "Lax", secure = true, httpOnly = true, maxAgeSeconds } = cookie;
  check({ name, value, path, sameSite, secure, maxAgeSeconds });
  const text = [
    `${name}=${value}`,
    `Path=${path}`,
    ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
    `SameSite=${sameSite}`,
    ...(secure ? ["Secure"] : []),
    ...(httpOnly ? ["HttpOnly"] : []),
  ].join("; ");
  if (text.length > maxBytes) throw new UnwritableText(`The cookie ${name} is larger than ${maxBytes} bytes`, [value]);
  return text;
}

/** The characters of a text that does not fit; the whole text if none of them is to blame alone. */
function strange(text: string, isFine: boolean): readonly string[] {
  if (isFine) return [];
  const parts = text.split(/[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+/).filter((part) => part !== "");
  return parts.length > 0 ? parts : [text];
}

interface Checked {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly sameSite: string;
  readonly secure: boolean;
  readonly maxAgeSeconds: number | undefined;
}

function check({ name, value, path, sameSite, secure, maxAgeSeconds }: Checked): void {
  const fits = { name: isToken(name), value: octets.test(value), path: attribute.test(path) };
  if (!fits.name || !fits.value || !fits.path) {
    throw new UnwritableText("A cookie's name, value or path holds a character that cookies cannot (RFC 6265 §4.1.1)", [
      ...strange(name, fits.name),
      ...strange(value, fits.value),
      ...strange(path, fits.path),
    ]);
  }
  if (!["Strict", "Lax", "None"].includes(sameSite)) {
    throw new BuildError("wrong_result", `cookie ${name}: set sameSite to "Strict", "Lax" or "None"`);
  }
  if (sameSite === "None" && !secure)
    throw new BuildError("wrong_result", `cookie ${name}: leave out secure: false, because sameSite is "None"`);
  if (/^__(?:Host|Secure)-/i.test(name) && !secure)
    throw new BuildError("wrong_result", `cookie ${name}: leave out secure: false, because of its prefix`);
  if (/^__Host-/i.test(name) && path !== "/")
    throw new BuildError("wrong_result", `cookie ${name}: leave out the path, because of its prefix`);
  if (maxAgeSeconds !== undefined && !(Number.isSafeInteger(maxAgeSeconds) && maxAgeSeconds >= 0)) {
    throw new BuildError("wrong_result", `cookie ${name}: set maxAgeSeconds to a whole number of seconds, 0 or more`);
  }
}

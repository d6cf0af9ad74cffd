/** Headers that a handler, a dependency, or a problem that one of them throws, adds to the answer. */
import { isToken } from "../http/token.ts";
import { BuildError } from "./error.ts";
import { UnwritableText } from "./unwritable-text.ts";

/** Response headers by name; several values make several lines. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[]>>;

// Visible characters, spaces and tabs (RFC 9110 §5.5): a line break would begin another header.
const content = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers whose value is an address: a handler often builds it from an id, so it is encoded. */
const addresses: ReadonlySet<string> = new Set(["location", "content-location"]);

const cookieAdvice = "set cookies with reply(status, body, { cookies: [{ name, value }] }), which checks them";
const corsAdvice = "leave it out, and say which pages may read answers with createApi({ cors })";
const refreshAdvice = "return redirect(target), which checks where it leads";
const framingAdvice = "leave it out: the host says how the message is framed and whether the connection stays open";

/**
 * Headers that are not a handler's to write, with what to do instead. Those of the connection and of framing (RFC 9110 §7.6.1,
 * RFC 9112 §6) would let a client and a proxy disagree about where the answer ends.
 */
const refused: ReadonlyMap<string, string> = new Map<string, string>([
  ["set-cookie", cookieAdvice],
  ["refresh", refreshAdvice],
  ...["connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"].map(
    (name) => [name, framingAdvice] as const,
  ),
]);

/** What the core answers for, in lower case: no answer needs to be sniffed or to lose its name. Others cannot replace them. */
export const coreHeaders: ReadonlySet<string> = new Set(["x-content-type-options", "x-request-id", "strict-transport-security"]);

/** Returns what to do instead of writing a header of this name, in lower case; `undefined` if a handler may write it. */
export function headerFault(name: string): string | undefined {
  if (!isToken(name)) return `correct the header name ${JSON.stringify(name)}: it is not a token (RFC 9110 §5.1)`;
  const advice = name.startsWith("access-control-") ? corsAdvice : refused.get(name);
  return advice === undefined ? undefined : `${advice} ("${name}")`;
}

/**
 * The headers with their names in lower case; two spellings of one name become one list. `location` and `content-location` are
 * percent-encoded where a URI cannot hold a character (RFC 3986 §2).
 *
 * @throws BuildError `wrong_result` for a name or value that HTTP does not have, and for a header that a handler may not write
 */
export function readHeaders(where: string, headers: AnswerHeaders = {}): AnswerHeaders {
  const read = new Map<string, string | readonly string[]>();
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    const written = valueOf(where, name, value);
    const before = read.get(name);
    read.set(name, before === undefined ? written : [before, written].flat());
  }
  return Object.fromEntries(read);
}

function valueOf(where: string, name: string, value: unknown): string | readonly string[] {
  const fault = headerFault(name);
  if (fault !== undefined) throw new BuildError("wrong_result", `${where}: ${fault}`);
  if (typeof value === "string") return lineOf(where, name, value);
  if (Array.isArray(value)) return value.map((line: unknown) => lineOf(where, name, line));
  throw notText(where, name);
}

function lineOf(where: string, name: string, line: unknown): string {
  if (typeof line !== "string") throw notText(where, name);
  const written = addresses.has(name) ? encodedAddress(line) : line;
  if (content.test(written)) return written;
  // The value may be what a client sent: it is not told.
  throw new UnwritableText(
    `${where}: encode the value of the header "${name}": it holds a character that HTTP does not allow (RFC 9110 §5.5)`,
    written.split(/[\t\x20-\x7e\x80-\xff]+/).filter((part) => part !== ""),
  );
}

function notText(where: string, name: string): BuildError {
  return new BuildError("wrong_result", `${where}: pass the header "${name}" as text, or as an array of texts`);
}

/** Characters that a URI cannot contain, encoded as UTF-8; encoded text stays as it is. */
export function encodedAddress(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\w!#$%&'()*+,\-./:;=?@[\]~]+/g, (part) => encodeURIComponent(part))
    .replaceAll(/%(?![0-9A-Fa-f]{2})/g, "%25");
}

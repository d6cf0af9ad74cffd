/**
 * Whether a text that cannot be written into the head of an answer came with the request. Handlers put what clients send into
 * headers and cookies; a client must not be able to make them fail as if they were broken.
 */
import { type InputPlace, isBody, isStreamed } from "../dependency/input-place.ts";
import type { Variant } from "../dependency/plan.ts";
import { decodeUtf8 } from "../input/json.ts";
import type { RequestSource } from "../input/request-source.ts";
import { ownProblem, type Problem } from "../problem/problem.ts";
import { encodedAddress } from "../problem/answer-headers.ts";
import type { UnwritableText } from "../problem/unwritable-text.ts";

/** A request, as far as it was read. */
export interface Sent {
  readonly source: RequestSource;
  /** What ran: its inputs are what the handler was given. */
  readonly variant: Variant;
  /** Whether the inputs of the body have run. */
  readonly isBodyRead: boolean;
}

/** The answer to text that cannot be written: 400 `malformed_request` if the request sent it, else the error itself. */
export async function answerable(error: UnwritableText, sent: Sent): Promise<UnwritableText | Problem> {
  const places = sent.variant.steps.flatMap(({ node }) => (node.kind === "input" ? [node.input] : []));
  const texts = [...headTexts(places, sent.source), ...sent.source.remembered];
  if (sent.isBodyRead && places.some((place) => isBody(place) && !isStreamed(place))) {
    texts.push(await bodyText(sent.source));
  }
  const decoded = texts.flatMap((text) => [text, percentDecoded(text), jsonDecoded(text)]);
  // The address of a redirect is encoded before it is checked.
  if (!error.isIn([...decoded, ...decoded.map(encodedAddress)])) return error;
  return ownProblem(400, "malformed_request", "The request holds a text that the head of the answer cannot.", { cause: error });
}

/** The body has been read by now, and is not read again. The handler got nothing of a body that could not be read. */
async function bodyText(source: RequestSource): Promise<string> {
  try {
    const { raw } = await source.content();
    return decodeUtf8(raw) ?? "";
  } catch {
    return "";
  }
}

function headTexts(places: readonly InputPlace[], { request }: RequestSource): string[] {
  const headers = places.flatMap(({ kind, name }) => (kind === "header" ? request.headers(name.toLowerCase()) : []));
  return [request.path, request.query, ...request.headers("cookie"), ...headers];
}

/** As paths, queries and forms are decoded. */
function percentDecoded(text: string): string {
  return text.replaceAll("+", " ").replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const bytes = run.match(/[0-9a-f]{2}/gi) ?? [];
    return decodeUtf8(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16))) ?? run;
  });
}

const escapes: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** As the strings of a JSON document are decoded (RFC 8259 §7). */
function jsonDecoded(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gi, (_, unit: string | undefined, one: string | undefined) =>
    unit === undefined ? (escapes[one ?? ""] ?? one ?? "") : String.fromCharCode(Number.parseInt(unit, 16)),
  );
}

/** Headers that a handler, or a problem it throws, adds to its answer. */
import { BuildError } from "./error.ts";

/** Response headers by name; several values make several lines. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[]>>;

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// Visible characters, spaces and tabs (RFC 9110 §5.5): a line break would begin another header.
const content = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The headers with their names in lower case. @throws BuildError `wrong_result` for a name or value that HTTP does not have */
export function readHeaders(where: string, headers: AnswerHeaders = {}): AnswerHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const values = typeof value === "string" ? [value] : value;
      if (!token.test(name) || !values.every((one) => typeof one === "string" && content.test(one))) {
        // The value may be what a client sent: it is not told.
        throw new BuildError(
          "wrong_result",
          `${where}: the header ${JSON.stringify(name)} has a name or a value that HTTP does not allow (RFC 9110 §5)`,
        );
      }
      return [name.toLowerCase(), value];
    }),
  );
}

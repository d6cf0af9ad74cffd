/**
 * What the dependencies of one request add to the head of its answer. This module owns how the additions of several, and those of
 * the handler, become one head. What one dependency may add is decided where it is declared.
 */
import { isForCaches } from "../http/caching.ts";
import type { AnswerHeaders } from "../problem/answer-headers.ts";
import { BuildError } from "../problem/error.ts";

/** How a request ended: the handler returned something, or the request was refused or failed. */
export type Ending = "success" | "failure";

/** Headers whose lines are members of one list (RFC 9110 §5.3): each dependency, and the handler, adds its own. */
const lists: ReadonlySet<string> = new Set(["vary", "link", "server-timing"]);

/** Headers that speak of the content of a success. A failure has other content, and no cache keeps it. */
const ofContent = /^(?:content-.+|etag|last-modified|accept-ranges|age|location)$/;

/** The lines of a header that one dependency adds. */
interface AddedLines {
  readonly lines: readonly string[];
  /** Whether they are added to the lines of others, instead of replacing them. */
  readonly isList: boolean;
}

/** The headers that one dependency adds. Names are in lower case; names and lines have been checked. */
export class AddedHeaders {
  readonly #byName = new Map<string, AddedLines>();
  readonly #checkOpen: () => void;

  constructor(checkOpen: () => void) {
    this.#checkOpen = checkOpen;
  }

  /** Replaces the line of the header. @throws BuildError `wrong_result` once the head is written */
  set(name: string, line: string): void {
    this.#checkOpen();
    this.#byName.set(name, { lines: [line], isList: lists.has(name) });
  }

  /** Adds a line to the header. @throws BuildError `wrong_result` once the head is written */
  append(name: string, line: string): void {
    this.#checkOpen();
    this.#byName.set(name, { lines: [...(this.#byName.get(name)?.lines ?? []), line], isList: true });
  }

  /** The headers that have been added. */
  entries(): Iterable<readonly [name: string, added: AddedLines]> {
    return this.#byName;
  }

  /** Tells whether the dependency has added lines to a header that others may add to. */
  isList(name: string): boolean {
    return this.#byName.get(name)?.isList === true;
  }
}

/** A cookie that one dependency sets. */
export interface AddedCookie {
  /** The value of `Set-Cookie`. */
  readonly line: string;
  /** Whether it is also set if the request is refused or fails. */
  readonly onFailure: boolean;
}

/** What dependencies add to one answer. Made only if there is such a dependency. */
export class AnswerAdditions {
  /** In the order of the plan, whatever the timing: what the API's guard adds first, what the route's own add last. */
  readonly #headers: AddedHeaders[] = [];
  readonly #cookies = new Map<object, AddedCookie>();
  #isWritten = false;

  /** Makes the place for the headers of one dependency. */
  addHeaders(): AddedHeaders {
    const added = new AddedHeaders(() => this.#checkOpen());
    this.#headers.push(added);
    return added;
  }

  /** Sets the cookie of one dependency, which is its key. @throws BuildError `wrong_result` once the head is written */
  setCookie(key: object, cookie: AddedCookie): void {
    this.#checkOpen();
    this.#cookies.set(key, cookie);
  }

  /** The headers for an answer; the dependency that is declared last wins. Nothing can be added from now on. */
  headers(ending: Ending): AnswerHeaders {
    this.#isWritten = true;
    const merged = new Map<string, readonly string[]>();
    for (const [name, { lines, isList }] of this.#headers.flatMap((added) => [...added.entries()])) {
      if (ending === "failure" && (isForCaches(name) || ofContent.test(name))) continue;
      merged.set(name, isList ? [...new Set([...(merged.get(name) ?? []), ...lines])] : lines);
    }
    return Object.fromEntries([...merged].map(([name, lines]) => [name, oneOrAll(lines)]));
  }

  /** The lines of a header that the answer itself has, beside those that dependencies have added. */
  joined(name: string, added: string | readonly string[] | undefined, own: string | readonly string[]): typeof own {
    const isList = added !== undefined && (lists.has(name) || this.#headers.some((each) => each.isList(name)));
    return isList ? oneOrAll([...new Set([added, own].flat())]) : own;
  }

  /** The values of `Set-Cookie`. Of several with one name and path only the last is sent (RFC 6265 §4.1.1): the answer's own. */
  cookies(ending: Ending, own: readonly string[]): readonly string[] {
    const added = [...this.#cookies.values()].filter(({ onFailure }) => ending === "success" || onFailure);
    const lines = [...added.map(({ line }) => line), ...own];
    return [...new Map(lines.map((line) => [placeOf(line), line])).values()];
  }

  #checkOpen(): void {
    if (!this.#isWritten) return;
    throw new BuildError(
      "wrong_result",
      "set headers and cookies before the handler returns: the head of this answer has been written",
    );
  }
}

function oneOrAll(lines: readonly string[]): string | readonly string[] {
  const [first, ...others] = lines;
  return first !== undefined && others.length === 0 ? first : lines;
}

/** The name and the path of a cookie: with another path it is another cookie. */
function placeOf(line: string): string {
  const [pair = "", ...attributes] = line.split("; ");
  return `${pair.slice(0, pair.indexOf("="))} ${attributes.find((each) => each.startsWith("Path=")) ?? ""}`;
}

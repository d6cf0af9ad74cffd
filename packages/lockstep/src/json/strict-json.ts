/**
 * A JSON reader for text that an attacker may have written (RFC 8259, read as strictly as RFC 7493 I-JSON): duplicate members are
 * refused at any depth and in any spelling, where `JSON.parse` silently lets the last one win; so are `__proto__`, lone
 * surrogates, numbers beyond a double's range (RFC 7493 §2.2), and documents that are too deep or have too many members. Objects
 * have no prototype: a member called `constructor` is only data. Time and memory are linear in the text's
 * length. The caller limits the size of the text.
 */

/** Why a text was refused. `forbidden-key` is a member whose name is dangerous to copy. */
export type StrictJsonReason = "syntax" | "depth" | "members" | "duplicate" | "forbidden-key";

/** What strict JSON is made of. Objects have a `null` prototype. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
/** A JSON object without a prototype. */
export interface JsonObject {
  [name: string]: Json;
}

/** How much structure a document may have. */
export interface StrictJsonLimits {
  /** How deep objects and arrays may be nested; a scalar has depth 0. At most 200, because the reader recurses. */
  readonly maxDepth: number;
  /** How many object members and array elements the whole document may have. */
  readonly maxMembers: number;
  /** Names that are refused at any depth. Default: `__proto__`. */
  readonly forbiddenKeys?: ReadonlySet<string>;
}

/** A text that is not strict JSON. The message and `offset` (in UTF-16 units) hold nothing of the text. */
export class StrictJsonError extends Error {
  override readonly name = "StrictJsonError";
  readonly reason: StrictJsonReason;
  readonly offset: number;

  constructor(reason: StrictJsonReason, offset: number) {
    super(`Not strict JSON (${reason}) at ${offset}`);
    this.reason = reason;
    this.offset = offset;
  }
}

/**
 * Reads one JSON document.
 *
 * @throws StrictJsonError with the first reason met
 */
export function parseStrictJson(text: string, limits: StrictJsonLimits): Json {
  return new Reader(text, limits).document();
}

/** Tells an object from the other kinds of JSON. */
export function isJsonObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const protoOnly: ReadonlySet<string> = new Set(["__proto__"]);
const deepest = 200;
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const words: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);
/** The characters that mean something, as UTF-16 units. */
const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

class Reader {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #forbidden: ReadonlySet<string>;
  #membersLeft: number;
  #at = 0;

  constructor(text: string, limits: StrictJsonLimits) {
    this.#text = text;
    this.#maxDepth = Math.min(limits.maxDepth, deepest);
    this.#membersLeft = limits.maxMembers;
    this.#forbidden = limits.forbiddenKeys ?? protoOnly;
  }

  document(): Json {
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#refusal("syntax");
    return value;
  }

  #value(depth: number): Json {
    switch (this.#next()) {
      case openBrace:
        return this.#object(depth + 1);
      case openBracket:
        return this.#array(depth + 1);
      case quote:
        return this.#string();
      default:
        return this.#numberOrWord();
    }
  }

  #object(depth: number): JsonObject {
    this.#enter(depth);
    // Without a prototype: `in` sees members only, and none of them can reach `Object.prototype`.
    const object: JsonObject = Object.create(null);
    if (this.#took(closeBrace)) return object;
    do {
      if (this.#next() !== quote) throw this.#refusal("syntax");
      const start = this.#at;
      const name = this.#string();
      if (this.#forbidden.has(name)) throw new StrictJsonError("forbidden-key", start);
      if (name in object) throw new StrictJsonError("duplicate", start);
      this.#countMember();
      if (!this.#took(colon)) throw this.#refusal("syntax");
      object[name] = this.#value(depth);
    } while (this.#took(comma));
    if (!this.#took(closeBrace)) throw this.#refusal("syntax");
    return object;
  }

  #array(depth: number): Json[] {
    this.#enter(depth);
    const array: Json[] = [];
    if (this.#took(closeBracket)) return array;
    do {
      this.#countMember();
      array.push(this.#value(depth));
    } while (this.#took(comma));
    if (!this.#took(closeBracket)) throw this.#refusal("syntax");
    return array;
  }

  #enter(depth: number): void {
    if (depth > this.#maxDepth) throw this.#refusal("depth");
    this.#at += 1;
  }

  #countMember(): void {
    this.#membersLeft -= 1;
    if (this.#membersLeft < 0) throw this.#refusal("members");
  }

  #string(): string {
    const start = this.#at;
    let escaped = false;
    for (let at = start + 1; ; at += 1) {
      const unit = this.#text.charCodeAt(at);
      if (unit === quote) {
        this.#at = at + 1;
        return this.#unescaped(start, escaped);
      }
      // Past the end `unit` is NaN, for which the comparison is false as well.
      if (!(unit >= 0x20)) throw this.#refusal("syntax");
      if (unit === backslash) {
        escaped = true;
        at += 1;
      }
    }
  }

  /** The string between its quotes. It has no raw control characters; its escapes are still unchecked. */
  #unescaped(start: number, escaped: boolean): string {
    const plain = this.#text.slice(start + 1, this.#at - 1);
    const value = escaped ? unescape(this.#text.slice(start, this.#at)) : plain;
    if (value === undefined || !value.isWellFormed()) throw new StrictJsonError("syntax", start);
    return value;
  }

  #numberOrWord(): number | boolean | null {
    scalar.lastIndex = this.#at;
    const [text] = scalar.exec(this.#text) ?? [];
    if (text === undefined) throw this.#refusal("syntax");
    if (words.has(text)) {
      this.#at += text.length;
      return words.get(text) ?? null;
    }
    const number = Number(text);
    // `JSON.parse` reads 1e400 as Infinity, which passes comparisons and cannot be written back.
    if (!Number.isFinite(number)) throw this.#refusal("syntax");
    this.#at += text.length;
    return number;
  }

  #took(sign: number): boolean {
    if (this.#next() !== sign) return false;
    this.#at += 1;
    return true;
  }

  /** The next UTF-16 unit that is not white space; NaN at the end. */
  #next(): number {
    this.#skipSpace();
    return this.#text.charCodeAt(this.#at);
  }

  /** RFC 8259 §2 knows four kinds of white space. */
  #skipSpace(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.#at += 1;
    }
  }

  #refusal(reason: StrictJsonReason): StrictJsonError {
    return new StrictJsonError(reason, this.#at);
  }
}

/** One quoted string with escapes; `JSON.parse` knows them all and cannot meet a duplicate in a string. */
function unescape(quoted: string): string | undefined {
  try {
    const value: unknown = JSON.parse(quoted);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads claims for a map. A claim is there in the expected shape, or it is absent, or the token is refused with a reason that
 * names the claim and the setting, and never the value. This module owns the shapes; a map owns which claims it reads.
 */
import { isScopeToken } from "../../http/token.ts";
import { InvalidCredential } from "../../problem/error.ts";
import { isPrintableLine } from "../../token/printable-line.ts";
import { maxScopes, parseScope } from "../../token/scope-claim.ts";

/** The claims of a verified token, by their exact names. */
export type ClaimsRecord = Readonly<Record<string, unknown>>;

/**
 * A claim by its exact name, or a member inside of one by the exact names that lead to it: `["realm_access", "roles"]`. A text is
 * never split, because names such as `https://example.com/roles` and `kubernetes.io` contain dots.
 */
export type ClaimPath = string | readonly [string, string, ...string[]];

/** The claims of one token, as one map reads them. */
export class ClaimReader {
  readonly claims: ClaimsRecord;
  readonly #map: string;

  constructor(map: string, claims: ClaimsRecord) {
    this.#map = map;
    this.claims = claims;
  }

  /** Returns a claim, or `undefined` if it is absent. A member of something that is not an object is an unknown shape. */
  find(path: ClaimPath, setting: string): unknown {
    let value: unknown = this.claims;
    for (const name of typeof path === "string" ? [path] : path) {
      if (!isRecord(value)) return this.refuse(path, setting, "is inside something that is not an object");
      if (!Object.hasOwn(value, name)) return undefined;
      value = value[name];
    }
    return value;
  }

  /** Returns a claim that is one printable line, or `undefined` if it is absent. */
  text(path: ClaimPath, setting: string): string | undefined {
    const value = this.find(path, setting);
    if (value === undefined || isLine(value)) return value;
    return this.refuse(path, setting, "is not a text of one printable line");
  }

  /** Returns the texts of a list. One text is a list of one; it is never split. Without the claim, the list is empty. */
  texts(path: ClaimPath, setting: string): readonly string[] {
    const value = this.find(path, setting);
    if (value === undefined) return [];
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.every(isLine) ? list : this.refuse(path, setting, "is not a list of texts");
  }

  /** Returns the names of the members of an object; with `holding`, of those that have such a member themselves. */
  keys(path: ClaimPath, setting: string, holding?: string): readonly string[] {
    const value = this.find(path, setting);
    if (value === undefined) return [];
    if (!isRecord(value)) return this.refuse(path, setting, "is not an object");
    const names = Object.keys(value);
    if (!names.every(isLine)) return this.refuse(path, setting, "has a name that is not one printable line");
    return holding === undefined ? names : names.filter((name) => isRecord(value[name]) && Object.hasOwn(value[name], holding));
  }

  /** Returns scopes from a text (RFC 6749 §3.3) or a list; with a prefix, those that have it, without it. */
  scopes(path: ClaimPath, setting: string, prefix = ""): readonly string[] {
    const value = this.find(path, setting);
    const all = value === undefined ? [] : scopesIn(value);
    const own = all?.filter((scope) => scope.startsWith(prefix)).map((scope) => scope.slice(prefix.length));
    if (own === undefined || own.includes("")) return this.refuse(path, setting, "is not a text or a list of scopes");
    return own;
  }

  /** @throws InvalidCredential always: the token is refused */
  refuse(path: ClaimPath, setting: string, problem: string): never {
    const names = typeof path === "string" ? [path] : path;
    const claim = names.map((name) => JSON.stringify(name)).join(" → ");
    throw new InvalidCredential(`the claim ${claim} ${problem} (claims map ${this.#map}, setting ${setting})`);
  }
}

function scopesIn(value: unknown): readonly string[] | undefined {
  if (typeof value === "string") return parseScope(value);
  const isList =
    Array.isArray(value) && value.length <= maxScopes && value.every((one) => typeof one === "string" && isScopeToken(one));
  // Each element was checked.
  return isList ? (value as readonly string[]) : undefined;
}

function isLine(value: unknown): value is string {
  return typeof value === "string" && isPrintableLine(value);
}

function isRecord(value: unknown): value is ClaimsRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

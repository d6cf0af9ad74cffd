/**
 * Requests for the tests of schemes: a source made of plain headers, a query and a certificate. It is an input, and no
 * stand-in for the sources that hosts give.
 */
import type { Extraction, SchemeDefinition } from "../dependency/scheme-definition.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import type { Source } from "../dependency/source.ts";
import { AnswerAdditions } from "../outcome/answer-additions.ts";
import { LaterWork } from "../outcome/later-work.ts";
import { Refusal } from "../outcome/refusal.ts";
import type { ClientCertificate } from "../host/host.ts";
import { Redacted } from "../secret/redacted.ts";

/** What a test's request consists of. */
export interface Raw {
  /** By lower-case name: one value, or every value in the order they came. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** As sent, without the question mark. */
  readonly query?: string;
  readonly certificate?: ClientCertificate;
}

/** Makes the source of a request. */
export function sourceOf({ headers = {}, query = "", certificate }: Raw = {}): Source {
  const valuesOf = (name: string): readonly string[] => [headers[name] ?? []].flat();
  return {
    request: {
      method: "GET",
      path: "/",
      query,
      secure: true,
      address: undefined,
      certificate: () => certificate,
      headers: valuesOf,
      body: () => {
        throw new TypeError("A scheme never reads the body");
      },
    },
    requestId: "r1",
    signal: new AbortController().signal,
    params: {},
    query: () => grouped([...new URLSearchParams(query)]),
    cookies: () => grouped(valuesOf("cookie").flatMap((line) => line.split("; ").map(pairOf))),
    additions: () => new AnswerAdditions(),
    limits: { maxBodyBytes: 0, maxParameters: 0 },
    laterWork: () => new LaterWork(),
    content: () => Promise.reject(new Error("A scheme never reads the body")),
    pieces: () => {
      throw new Error("A scheme never reads the body");
    },
    remember: () => {},
    end: () => {},
  };
}

function pairOf(cookie: string): [string, string] {
  const at = cookie.indexOf("=");
  return [cookie.slice(0, at), cookie.slice(at + 1)];
}

function grouped(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, string[]>();
  for (const [name, value] of pairs) all.set(name, [...(all.get(name) ?? []), value]);
  return all;
}

/** The definition of a scheme. */
export function definitionOf(dependency: AnyDependency): SchemeDefinition {
  const node = dependency["~dep"];
  if (node.kind !== "scheme") throw new Error(`Not a scheme but ${node.kind}`);
  return node.scheme;
}

/** What a scheme finds, for comparison: `absent`, the kind of a refusal after `!`, or `{ found }` with the credential. */
export function found(dependency: AnyDependency, raw: Raw): unknown {
  return outcomeOf(definitionOf(dependency).extract(sourceOf(raw)));
}

function outcomeOf(extraction: Extraction): unknown {
  if (extraction === undefined) return "absent";
  if (extraction instanceof Refusal) return `!${extraction.kind}`;
  if (extraction instanceof Redacted) return { found: extraction.reveal() };
  throw new Error("A scheme gave what is no extraction");
}

/**
 * A program, run with `--expose-gc`: fills a cache with tokens whose claims have each of several shapes, and prints how many
 * bytes the cache takes them to hold and by how many the heap grew. Nothing is signed: this is about memory.
 */
import { parseClaims } from "./claims.ts";
import type { Claims, ClaimRules } from "./claims.ts";
import { TokenCache } from "./token-cache.ts";
import { checkTokenOptions } from "./verifier-options.ts";

/** The output for a shape. */
export interface Measured {
  readonly shape: string;
  readonly charged: number;
  readonly held: number;
}

const now = 1_768_000_000;
const rules: ClaimRules = checkTokenOptions({ issuer: "https://as.test", audience: "https://api.test" });
const list = (length: number, element: (index: number) => unknown): unknown[] =>
  Array.from({ length }, (_, index) => element(index));
const record = (length: number, name: (index: number) => string): object =>
  Object.fromEntries(list(length, (index) => [name(index), index]) as [string, unknown][]);

/** The claims beside the usual ones, by shape; each token has a number of its own. */
const shapes: Readonly<Record<string, (token: number) => object>> = {
  typical: (token) => ({ scope: "notes:read notes:write", client_id: "web", sid: `${token}-8c1f-4f0a-9d2e-6b7a8c9d0e1f` }),
  "no further claims": () => ({}),
  "empty lists": () => ({ x: list(1_900, () => []) }),
  "lists of one": () => ({ x: list(900, () => [1]) }),
  "lists of one fraction": () => ({ x: list(900, () => [1.5]) }),
  "empty objects": () => ({ x: list(1_900, () => ({})) }),
  "objects of one": () => ({ x: list(700, (index) => ({ a: index })) }),
  "lists in lists": () => ({ x: list(100, () => [[[[[[[[[[]]]]]]]]]]) }),
  "objects in objects": () => ({ x: list(100, () => ({ a: { a: { a: { a: {} } } } })) }),
  "many members": () => record(700, (index) => `k${index}`),
  "members that no other token has": (token) => record(600, (index) => `k${index}-${token}`),
  fractions: () => ({ x: list(1_000, (index) => index + 0.5) }),
  "short texts": () => ({ x: list(900, (index) => `${index}z`) }),
  "longer texts": () => ({ x: list(300, (index) => `abcdefghijklm${index}`) }),
  "one long text": () => ({ x: "a".repeat(5_000) }),
  "one long wide text": () => ({ x: `${"a".repeat(5_000)}あ` }),
  "one long wide text with an escape": () => ({ x: `\n${"a".repeat(5_000)}あ`, y: "z".repeat(20) }),
};

function tokenOf(shape: string, token: number): string {
  const usual = {
    iss: "https://as.test",
    aud: "https://api.test",
    sub: `user-${token}`,
    iat: now,
    exp: now + 600,
    jti: crypto.randomUUID(),
  };
  const payload = Buffer.from(JSON.stringify({ ...usual, ...shapes[shape]?.(token) })).toString("base64url");
  // Through a buffer: the text is one piece, as from a socket.
  return Buffer.from(`${"h".repeat(60)}.${payload}.${"s".repeat(50)}${crypto.randomUUID()}`).toString("latin1");
}

function measure(shape: string): Measured {
  const cache = new TokenCache<Claims>(Number.MAX_SAFE_INTEGER);
  const before = heapUsed();
  for (let token = 0; token < 40; token += 1) {
    const text = tokenOf(shape, token);
    cache.save(text, { value: parseClaims(text.split(".")[1] ?? "", rules, now * 1000), expiresAtMs: 1.5 });
  }
  const held = heapUsed() - before;
  return { shape, charged: cache.bytes, held };
}

function heapUsed(): number {
  for (let time = 0; time < 3; time += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

if (import.meta.main) {
  // Made once, for the first shape.
  measure("typical");
  console.log(JSON.stringify(Object.keys(shapes).map(measure)));
}

/**
 * Measures the cost of verifying one access token, for each algorithm: cold, which is the first time that a verifier sees a
 * token, and warm, which is every further time. All algorithms take turns within each round, so whatever else the machine does
 * hits them alike.
 */
import { randomBytes } from "node:crypto";
import { Redacted } from "lockstep";
import {
  generateSigningKey,
  hmacSecret,
  jwks,
  jwtIssuer,
  jwtVerifier,
  publicJwks,
  signingKey,
  type HmacSecret,
  type JwtVerifier,
  type SigningKey,
} from "lockstep/jwt";
import { quartilesOf, showQuartiles } from "./spread.ts";

const about = { issuer: "https://login.example.com", audience: "https://api.example.com", typ: "at+jwt" } as const;
const algorithms = ["HS256", "RS256", "PS256", "ES256", "ES384", "EdDSA"] as const;
/** Tokens of each algorithm, all different. */
const tokenCount = 200;
/** How often each of them is verified again. */
const repeats = 100;

interface Subject {
  readonly name: string;
  readonly tokens: readonly Redacted<string>[];
  /** A verifier that has seen nothing, with its keys at hand. */
  readonly fresh: () => JwtVerifier;
  readonly cold: number[];
  readonly warm: number[];
}

async function subjectOf(name: (typeof algorithms)[number]): Promise<Subject> {
  if (name === "HS256") {
    const key = hmacSecret(randomBytes(32), { alg: name });
    return subjectWith(name, key, () => jwtVerifier({ ...about, keys: key, algorithms: [name] }));
  }
  const key = signingKey(await generateSigningKey(name));
  return subjectWith(name, key, () => jwtVerifier({ ...about, keys: jwks(publicJwks([key])), algorithms: [name] }));
}

async function subjectWith(name: string, key: SigningKey | HmacSecret, fresh: () => JwtVerifier): Promise<Subject> {
  const tokens = jwtIssuer({ ...about, key, lifetimeSeconds: 86_400 });
  const claims = { client_id: "web", scope: "notes:read notes:write", sid: "5c1a9a2e-7a44-4bd0-9f0c-1f5f6f0d3a77" };
  const texts = await Promise.all(
    Array.from({ length: tokenCount }, (_, index) => tokens.issue({ ...claims, sub: `user-${index}` })),
  );
  return { name, tokens: texts.map((text) => new Redacted(text)), fresh, cold: [], warm: [] };
}

/** µs of CPU for each verification of every token. */
async function cpuOf(verifier: JwtVerifier, tokens: Subject["tokens"], times: number): Promise<number> {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) {
    for (const token of tokens) {
      const claims = verifier.verify(token);
      if (claims instanceof Promise) await claims;
    }
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (tokens.length * times);
}

/** Prints the cost of verifying one token. */
export async function benchTokenVerification(rounds: number): Promise<void> {
  const subjects = await Promise.all(algorithms.map(subjectOf));
  // The first round warms the machine code up, and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    for (const { tokens, fresh, cold, warm } of subjects) {
      const verifier = fresh();
      await verifier.ready();
      const figures = [await cpuOf(verifier, tokens, 1), await cpuOf(verifier, tokens, repeats)] as const;
      if (round === 0) continue;
      cold.push(figures[0]);
      warm.push(figures[1]);
    }
  }
  console.log(`\nVerifying one access token, µs of CPU (median, quartiles of ${rounds} rounds, ${tokenCount} tokens each)\n`);
  console.log("| algorithm | cold | warm | cold over warm |\n|---|---|---|---|");
  for (const { name, cold, warm } of subjects) {
    const ratio = cold.map((figure, index) => figure / (warm[index] ?? Number.NaN));
    const cells = [showQuartiles(quartilesOf(cold), 1), showQuartiles(quartilesOf(warm), 2), showQuartiles(quartilesOf(ratio), 0)];
    console.log(`| ${name} | ${cells.join(" | ")} |`);
  }
}

/** Clients that prove, and an API that asks them to. Proofs are made with jose, or by hand with any flaw at all. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey, JWK, JWTHeaderParameters } from "jose";
import { createHash } from "node:crypto";
import { z } from "zod";
import { authenticate } from "../../access/authenticate.ts";
import { scopes } from "../../access/scopes.ts";
import { type Api, createApi } from "../../api/api.ts";
import type { AuditEvent } from "../../audit/event.ts";
import type { SenderConstraint } from "../../dependency/presented-token.ts";
import { nothing } from "../../input/nothing.ts";
import { path } from "../../input/path.ts";
import { identified } from "../../outcome/identified.ts";
import { del, get, post } from "../../route/route.ts";
import { unchecked } from "../../route/unchecked.ts";
import { httpBearer } from "../../scheme/http-bearer.ts";
import * as f from "../token.fixture.ts";
import type { DpopOptions } from "./dpop-options.ts";
import { dpop } from "./dpop.ts";
import { memoryProofReplays } from "./memory-proof-replays.ts";

/** The address that proofs are made for. */
export const baseUrl: string = "https://api.test";

/** A key of a client. */
export interface ProofKey {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
  readonly privateJwk: JWK;
  readonly jkt: string;
}

/** Makes a key. */
export async function proofKey(alg: string = "ES256"): Promise<ProofKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const [jwk, privateJwk] = await Promise.all([exportJWK(publicKey), exportJWK(privateKey)]);
  return { alg, privateKey, jwk, privateJwk, jkt: await calculateJwkThumbprint(jwk) };
}

/** The hash of a token, as `ath` has it. */
export const hashOf: (token: string) => string = (token) => createHash("sha256").update(token).digest("base64url");

let proofs = 0;

/** What a proof says, if it is not the good one. A member that is `undefined` is left out. */
export interface ProofChanges {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** The key that signs. Default: the one in the header. */
  readonly signer?: CryptoKey;
}

/** A proof for GET /notes. */
export async function proofOf(key: ProofKey, token: string, changes: ProofChanges = {}): Promise<string> {
  proofs += 1;
  const claims = {
    jti: `proof-${proofs}`,
    htm: "GET",
    htu: `${baseUrl}/notes`,
    iat: f.now,
    ath: hashOf(token),
    ...changes.claims,
  };
  const header = { alg: key.alg, typ: "dpop+jwt", jwk: key.jwk, ...changes.header };
  // The header is what the test wants it to be.
  return new SignJWT(withoutAbsent(claims))
    .setProtectedHeader(withoutAbsent(header) as unknown as JWTHeaderParameters)
    .sign(changes.signer ?? key.privateKey);
}

function withoutAbsent(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** A token that is bound to a key. */
export const boundToken: (key: ProofKey, claims?: Readonly<Record<string, unknown>>) => string = (key, claims) =>
  f.token({}, { cnf: { jkt: key.jkt }, ...claims });

/** An API and what happened in it. */
export interface ProofApi {
  readonly api: Api;
  readonly events: AuditEvent[];
  readonly errors: unknown[];
}

const page = path("page", z.string(), { identifies: nothing("a page of the caller's own list") });
const response = unchecked("the test compares every answer");

/** An API whose tokens are those of the fixture, sent with this constraint. */
export function apiWith(senderConstraint: SenderConstraint, options: Partial<Parameters<typeof createApi>[0]> = {}): ProofApi {
  const events: AuditEvent[] = [];
  const errors: unknown[] = [];
  const token = httpBearer({ senderConstraint, scopes: { "notes:read": "Read notes", "notes:write": "Change notes" } });
  const user = authenticate({ claims: f.verifier().claims(token) }, ({ claims }) => identified({ id: claims.sub }, claims));
  const reader = scopes(user, "notes:read");
  const writer = scopes(user, "notes:write");
  const api = createApi({
    title: "Notes",
    version: "1",
    audit: (event) => void events.push(event),
    onError: (error) => void errors.push(error),
    routes: [
      get("/notes", { deps: { reader }, response }, ({ reader }) => reader.id),
      get("/notes/:page", { deps: { reader, page }, response }, ({ reader }) => reader.id),
      post("/notes", { deps: { reader }, response }, ({ reader }) => reader.id),
      del("/notes", { deps: { writer }, response }, ({ writer }) => writer.id),
    ],
    ...options,
  });
  return { api, events, errors };
}

/** An API with `dpop()`, whose clock stands still. */
export function dpopApi(options: Partial<DpopOptions> = {}): ProofApi {
  return apiWith(dpop({ replays: memoryProofReplays(), baseUrls: [baseUrl], clock: () => f.nowMs, ...options }));
}

/** A request: the token with its scheme, and the proofs. */
export interface Asked {
  readonly authorization?: string;
  readonly proofs?: readonly string[];
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer, as far as tests compare it. */
export interface Answered {
  readonly status: number;
  readonly challenges: string | null;
  readonly nonce: string | null;
  readonly retryAfter: string | null;
  readonly body: string;
  /** The whole answer without what differs from request to request. */
  readonly all: string;
}

/** Sends a request to an API. */
export async function ask({ api }: ProofApi, asked: Asked): Promise<Answered> {
  const headers = new Headers(asked.headers);
  if (asked.authorization !== undefined) headers.set("authorization", asked.authorization);
  for (const proof of asked.proofs ?? []) headers.append("dpop", proof);
  const request = new Request(`http://internal.test${asked.target ?? "/notes"}`, { method: asked.method ?? "GET", headers });
  const answer = await api.fetch(request);
  const body = await answer.text();
  const { headers: got } = answer;
  const id = got.get("x-request-id") ?? "-";
  const kept = [...got].filter(([name]) => name !== "x-request-id" && name !== "www-authenticate" && name !== "dpop-nonce");
  return {
    status: answer.status,
    challenges: got.get("www-authenticate"),
    nonce: got.get("dpop-nonce"),
    retryAfter: got.get("retry-after"),
    body,
    all: JSON.stringify([answer.status, kept, body.replaceAll(id, "")]),
  };
}

/** Sends a token with a proof. */
export async function prove(
  api: ProofApi,
  key: ProofKey,
  token: string,
  changes: ProofChanges = {},
  asked: Omit<Asked, "authorization" | "proofs"> = {},
): Promise<Answered> {
  return ask(api, { authorization: `DPoP ${token}`, proofs: [await proofOf(key, token, changes)], ...asked });
}

/** The reason of the last refusal. */
export function reasonOf({ events }: ProofApi): string | undefined {
  const event = events.at(-1);
  return event !== undefined && "reason" in event ? event.reason : event?.type;
}

/** `dpop()`: tokens that are bound to a key of their holder, who proves with every request to have it (RFC 9449). */
import {
  type PresentedToken,
  senderRule,
  type SenderConstraint,
  type SenderRule,
  type TokenClaims,
  type VerifyToken,
} from "../../dependency/presented-token.ts";
import type { ValueRecord } from "../../dependency/node.ts";
import { encodeBase64url } from "../../secret/encoding.ts";
import { InvalidCredential } from "../../problem/error.ts";
import { InvalidProof } from "../../problem/invalid-proof.ts";
import { isPromise } from "../../promise.ts";
import { namesOf } from "../algorithm.ts";
import { boundTo } from "./confirmation.ts";
import { type CheckedDpop, checkDpop, type DpopOptions } from "./dpop-options.ts";
import { type NonceHeader, nonceHeader } from "./nonce-header.ts";
import { type Proof, verifyProof } from "./dpop-proof.ts";
import { spendProof } from "./proof-replays.ts";
import { comparableUrl } from "./request-url.ts";

/**
 * A proof is kept this much longer than it is fresh: processes whose clocks differ by less agree about it, and so does a store
 * that removes by a clock of its own. Milliseconds.
 */
const keptLongerMs = 60_000;

/**
 * Access tokens that are bound to a key of the client: the value of `senderConstraint` of a bearer scheme. The client sends
 * `Authorization: DPoP <token>` and, in `DPoP`, a proof that it has signed for this one request. Anyone else who has the token,
 * from a log or a leak, cannot use it.
 *
 * A proof is checked as RFC 9449 §4.3 says: one header, `typ`, an algorithm of the list, a public key, the signature, `htm`,
 * `htu`, `iat`, `ath`, and `jti` once. Its key must be that of `cnf.jkt` of the token (§6). A token with `cnf` is never accepted
 * as a bearer token, and one without it never with a proof. Without `required`, tokens without `cnf` are accepted as bearer
 * tokens.
 *
 * Every failure is the same 401 with the challenge `DPoP error="invalid_dpop_proof"`, `"use_dpop_nonce"` or `"invalid_token"`;
 * the audit event has the reason. If the store of used proofs does not answer, requests are answered with 503.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * const token = httpBearer({ senderConstraint: dpop({ replays: redisProofReplays(client), required: true }) });
 * const caller = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => users.get(claims.sub));
 * ```
 */
export function dpop(options: DpopOptions): SenderConstraint {
  return Object.freeze({ [senderRule]: new DpopRule(checkDpop(options)) });
}

class DpopRule implements SenderRule {
  readonly method = "dpop";
  readonly required: boolean;
  readonly algorithms: readonly string[];
  readonly needsNonce: boolean;
  readonly knowsAddresses: boolean;
  readonly entries: SenderRule["entries"];
  readonly #options: CheckedDpop;
  readonly #nonceHeader: NonceHeader | undefined;

  constructor(options: CheckedDpop) {
    this.#options = options;
    this.required = options.required;
    this.algorithms = options.algorithms.flatMap(namesOf);
    this.needsNonce = options.nonces !== undefined;
    this.knowsAddresses = options.baseUrls !== undefined;
    this.#nonceHeader = options.nonces === undefined ? undefined : nonceHeader();
    this.entries = this.#nonceHeader === undefined ? [] : [this.#nonceHeader.entry];
  }

  admit<C extends TokenClaims>(token: PresentedToken, verify: VerifyToken<C>, values: ValueRecord): C | Promise<C> {
    const claims = verify(token.unchecked());
    return isPromise(claims) ? claims.then((late) => this.#confirm(token, late, values)) : this.#confirm(token, claims, values);
  }

  #confirm<C extends TokenClaims>(token: PresentedToken, claims: C, values: ValueRecord): C | Promise<C> {
    if (token.presentation.scheme === "dpop") return this.#confirmProof(token, claims, values);
    if (claims["cnf"] !== undefined) throw new InvalidCredential("the token is bound to a key and came as a bearer token");
    // If proofs are required, the scheme has refused every bearer token.
    token.admit();
    return claims;
  }

  async #confirmProof<C extends TokenClaims>(token: PresentedToken, claims: C, values: ValueRecord): Promise<C> {
    const jkt = boundTo(claims, "jkt");
    if (jkt === undefined) throw new InvalidCredential("the token is not bound to a key and came with the scheme DPoP");
    const proven = await token.proven(() => this.#prove(token, jkt, values));
    if (proven !== jkt) throw new InvalidCredential("the token is bound to another key than that of the proof");
    token.admit();
    return claims;
  }

  /** The key of the proof. A proof with another key than the token's is not recorded: only a holder fills the store. */
  async #prove(token: PresentedToken, jkt: string, values: ValueRecord): Promise<string> {
    const { clock, algorithms, windowSeconds } = this.#options;
    const { request } = token.presentation.source;
    const [text, ...others] = request.headers("dpop");
    if (text === undefined) throw new InvalidProof("no proof");
    if (others.length > 0) throw new InvalidProof("more than one proof");
    const nowMs = clock();
    const proven = { method: request.method, urls: this.#urlsOf(token), tokenHash: await sha256(token.textForCheck()) };
    const proof = await verifyProof(text, { algorithms, windowSeconds }, proven, nowMs);
    if (proof.jkt !== jkt) return proof.jkt;
    await this.#checkNonce(proof, values, nowMs);
    await this.#spend(proof, nowMs);
    return proof.jkt;
  }

  /** The addresses of the API are configured: a client can write any `Host` that it likes. */
  #urlsOf({ presentation: { source } }: PresentedToken): ReadonlySet<string> {
    const bases = this.#options.baseUrls ?? source.ownOrigins ?? [];
    const urls = [...bases].map((base) => comparableUrl(base + source.request.path));
    return new Set(urls.filter((url) => url !== undefined));
  }

  async #checkNonce({ nonce }: Proof, values: ValueRecord, nowMs: number): Promise<void> {
    const { nonces } = this.#options;
    if (nonces === undefined) return;
    const state = nonce === undefined ? "invalid" : await nonces.stateOf(nonce, nowMs);
    if (state !== "valid") this.#nonceHeader?.write(values, await nonces.current(nowMs));
    if (state !== "invalid") return;
    throw new InvalidProof(nonce === undefined ? "no nonce" : "the nonce is not a current one", "use_dpop_nonce");
  }

  async #spend({ jkt, jti, iat }: Proof, nowMs: number): Promise<void> {
    const { replays, windowSeconds, timeoutMs } = this.#options;
    const expiresAtMs = (iat + windowSeconds) * 1000 + keptLongerMs;
    const id = await sha256(`${jkt} ${jti}`);
    if (await spendProof(replays, { id, expiresAtMs, nowMs }, timeoutMs)) return;
    throw new InvalidProof("the proof was used before");
  }
}

async function sha256(text: string): Promise<string> {
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

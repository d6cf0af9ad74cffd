/**
 * Nonces of the server (RFC 9449 §8, §9): a proof that contains one was made after the nonce was. A nonce is the time and a MAC
 * of it, so no process keeps any, and all processes with the same secret accept each other's.
 */
import type { CryptoKey } from "jose";
import { BuildError } from "../../problem/error.ts";
import { checkOptions, type KnownOptions } from "../../problem/options.ts";
import { encodeBase64url } from "../../secret/encoding.ts";
import { parseBase64url } from "../base64url.ts";
import { type HmacSecret, isHmacSecret, secretJwk } from "../hmac-secret.ts";

/** Nonces that proofs must contain. */
export interface DpopNonceOptions {
  /**
   * The secrets that nonces are made with: `[hmacSecret({ hex: process.env.DPOP_NONCE_SECRET })]`. The first one makes nonces,
   * and all of them are accepted: put a new one in front, and remove the old one when its nonces have expired. All processes of
   * an API have the same ones.
   */
  readonly secrets: readonly [HmacSecret, ...HmacSecret[]];
  /** How long a nonce is accepted. Seconds, 10 to 3,600; default 300. After half of it, answers carry a new one. */
  readonly lifetimeSeconds?: number;
}

const known: KnownOptions<DpopNonceOptions> = { secrets: true, lifetimeSeconds: true };

/** What a nonce is worth. */
export type NonceState = "valid" | "old" | "invalid";

/** A nonce changes this often in its lifetime. */
const parts = 4;
const shape = /^([0-9a-z]{1,12})\.([A-Za-z0-9_-]{43})$/;
/** What the MAC is of, so the same secret makes nothing else of this form. */
const purpose = "lockstep DPoP nonce ";

/** Makes and checks nonces. */
export class DpopNonces {
  readonly #secrets: readonly HmacSecret[];
  readonly #lifetimeMs: number;
  #keys: Promise<readonly CryptoKey[]> | undefined;
  #latest: { readonly at: number; readonly nonce: Promise<string> } | undefined;

  /** @throws BuildError `wrong_option` */
  constructor(options: DpopNonceOptions) {
    checkOptions("dpop({ nonce })", options, known);
    const { secrets, lifetimeSeconds = 300 } = options;
    if (!Array.isArray(secrets) || secrets.length === 0 || !secrets.every(isHmacSecret))
      throw new BuildError("wrong_option", "dpop({ nonce }): set secrets to a list: [hmacSecret({ hex })]");
    if (!Number.isSafeInteger(lifetimeSeconds) || lifetimeSeconds < 10 || lifetimeSeconds > 3_600)
      throw new BuildError("wrong_option", "dpop({ nonce }): set lifetimeSeconds to a whole number from 10 to 3600");
    this.#secrets = [...secrets];
    this.#lifetimeMs = lifetimeSeconds * 1000;
  }

  /** The nonce of this moment: the same one for a quarter of its lifetime. */
  current(nowMs: number): Promise<string> {
    const step = this.#lifetimeMs / parts;
    const at = Math.floor(nowMs / step) * step;
    if (this.#latest?.at !== at) this.#latest = { at, nonce: this.#make(at) };
    return this.#latest.nonce;
  }

  /** Whether a nonce is one of this API's, and how old it is. `old` is still valid, and a new one should be sent. */
  async stateOf(nonce: string, nowMs: number): Promise<NonceState> {
    const [, time = "", mac = ""] = shape.exec(nonce) ?? [];
    const bytes = parseBase64url(mac);
    const at = Number.parseInt(time, 36);
    const ageMs = nowMs - at;
    // The clock of the process that made it may be a little ahead.
    if (bytes === undefined || !(ageMs > -this.#lifetimeMs / parts && ageMs < this.#lifetimeMs)) return "invalid";
    const keys = await this.#imported();
    const verdicts = keys.map((key) => crypto.subtle.verify("HMAC", key, Uint8Array.from(bytes), message(time)));
    if (!(await Promise.all(verdicts)).includes(true)) return "invalid";
    return ageMs < this.#lifetimeMs / 2 ? "valid" : "old";
  }

  async #make(at: number): Promise<string> {
    const [key] = await this.#imported();
    if (key === undefined) throw new TypeError("There is at least one secret");
    const time = at.toString(36);
    const mac = await crypto.subtle.sign("HMAC", key, message(time));
    return `${time}.${encodeBase64url(new Uint8Array(mac))}`;
  }

  /** WebCrypto imports asynchronously, so the secrets are imported at their first use. */
  #imported(): Promise<readonly CryptoKey[]> {
    return (this.#keys ??= Promise.all(this.#secrets.map(importSecret)));
  }
}

function message(time: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(purpose + time);
}

async function importSecret(secret: HmacSecret): Promise<CryptoKey> {
  const { k } = secret[secretJwk].reveal();
  const bytes = parseBase64url(k);
  if (bytes === undefined) throw new TypeError("A secret is bytes");
  return crypto.subtle.importKey("raw", Uint8Array.from(bytes), { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

/** The options of `dpop()` and their checks. */
import { BuildError } from "../../problem/error.ts";
import { checkOptions, type KnownOptions } from "../../problem/options.ts";
import { publicKeyAlgorithms, type PublicKeyAlgorithm } from "../algorithm.ts";
import { type DpopNonceOptions, DpopNonces } from "./dpop-nonce.ts";
import type { ProofReplays } from "./proof-replays.ts";
import { comparableUrl } from "./request-url.ts";

/** The options of `dpop()`. */
export interface DpopOptions {
  /**
   * Where the proofs that were used are kept: `memoryProofReplays()` for one process, `postgresProofReplays(pool)` or
   * `redisProofReplays(client)` for several. It has no default, because a proof can be used again at every process that does not
   * know of it.
   */
  readonly replays: ProofReplays;
  /**
   * Whether tokens that are bound to nothing are refused. With `false` they are accepted as bearer tokens, so clients can move to
   * DPoP one by one; a token that is bound to a key always needs its proof. Default `false`.
   */
  readonly required?: boolean;
  /** The algorithms of proofs. Default `["ES256", "EdDSA", "PS256", "RS256"]`; `EdDSA` and `Ed25519` are one. */
  readonly algorithms?: readonly [PublicKeyAlgorithm, ...PublicKeyAlgorithm[]];
  /** How far `iat` of a proof may be from this server's clock, before or after. Seconds, 1 to 600; default 60. */
  readonly windowSeconds?: number;
  /**
   * Makes proofs contain a nonce of this API, so a client cannot make proofs for later (RFC 9449 §9). The first request of a
   * client is then answered with 401 `use_dpop_nonce`, and repeated by the client. Default: none.
   */
  readonly nonce?: DpopNonceOptions;
  /**
   * The addresses that clients reach the API at, to which the path of a request is added: `["https://api.example.com"]`, or
   * `["https://example.com/api"]` if a proxy removes `/api`. A proof for any other address is refused. `Host` and forwarding
   * headers are not asked, because the client writes them. Default: the origins of `servers` and `resource` of `createApi()`; an
   * API with none of them does not start.
   */
  readonly baseUrls?: readonly [string, ...string[]];
  /** The time in Unix milliseconds. Default `Date.now`. */
  readonly clock?: () => number;
  /** How long a request waits for `replays`, in milliseconds, 1 to 60,000. Then it is answered with 503. Default 1,000. */
  readonly timeoutMs?: number;
}

/** Options that have been checked, with their defaults. */
export interface CheckedDpop extends Required<Omit<DpopOptions, "nonce" | "baseUrls" | "algorithms">> {
  readonly algorithms: readonly PublicKeyAlgorithm[];
  readonly nonces: DpopNonces | undefined;
  /** Normalised, without a slash at the end. */
  readonly baseUrls: readonly string[] | undefined;
}

const known: KnownOptions<DpopOptions> = {
  replays: true,
  required: true,
  algorithms: true,
  windowSeconds: true,
  nonce: true,
  baseUrls: true,
  clock: true,
  timeoutMs: true,
};
const defaultAlgorithms = ["ES256", "EdDSA", "PS256", "RS256"] as const;

/** @throws BuildError `wrong_option` */
export function checkDpop(options: DpopOptions): CheckedDpop {
  checkOptions("dpop()", options, known);
  const { replays, required = false, algorithms = defaultAlgorithms, windowSeconds = 60 } = options;
  const { nonce, baseUrls, clock = Date.now, timeoutMs = 1000 } = options;
  if (typeof replays !== "object" || replays === null || typeof replays.spend !== "function")
    throw wrong("set replays to memoryProofReplays(), postgresProofReplays(pool) or redisProofReplays(client)");
  if (typeof required !== "boolean") throw wrong("set required to true or false");
  const isListed = (name: unknown): boolean => publicKeyAlgorithms.some((each) => each === name);
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(isListed))
    throw wrong(`set algorithms to a list of ${publicKeyAlgorithms.join(", ")}`);
  if (!isWhole(windowSeconds, 600)) throw wrong("set windowSeconds to a whole number of seconds, from 1 to 600");
  if (!isWhole(timeoutMs, 60_000)) throw wrong("set timeoutMs to a whole number of milliseconds, from 1 to 60000");
  if (typeof clock !== "function") throw wrong("set clock to a function that returns Unix milliseconds");
  const nonces = nonce === undefined ? undefined : new DpopNonces(nonce);
  const canonical = [...new Set(algorithms.map((each) => (each === "Ed25519" ? "EdDSA" : each)))];
  return { replays, required, algorithms: canonical, windowSeconds, nonces, baseUrls: checkBases(baseUrls), clock, timeoutMs };
}

function checkBases(baseUrls: DpopOptions["baseUrls"]): readonly string[] | undefined {
  if (baseUrls === undefined) return undefined;
  if (!Array.isArray(baseUrls) || baseUrls.length === 0) throw wrongBase();
  return baseUrls.map((base: unknown) => {
    const normal = typeof base === "string" && !/[?#]/.test(base) ? comparableUrl(base) : undefined;
    if (normal === undefined) throw wrongBase();
    return normal.replace(/\/$/, "");
  });
}

function wrongBase(): BuildError {
  return wrong('set baseUrls to a list of addresses without query and fragment, for example ["https://api.example.com"]');
}

function isWhole(value: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= most;
}

function wrong(advice: string): BuildError {
  return new BuildError("wrong_option", `dpop(): ${advice}`);
}

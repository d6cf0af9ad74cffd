/** A proof of possession that does not hold, and the error of its challenge. */
import { InvalidCredential } from "./error.ts";

/** The errors of a challenge of DPoP (RFC 9449 §7.1, §9). */
export type ProofError = "invalid_dpop_proof" | "use_dpop_nonce";

/** A DPoP proof that is missing or does not hold. The answer is that to every invalid credential; only the challenge differs. */
export class InvalidProof extends InvalidCredential {
  /** What the challenge says. */
  readonly proofError: ProofError;

  constructor(reason: string, proofError: ProofError = "invalid_dpop_proof", options?: ErrorOptions) {
    super(`DPoP: ${reason}`, options);
    this.proofError = proofError;
  }
}

/** Whether the error of a challenge speaks of a proof: only the challenge of DPoP says it. */
export function isProofError(error: string | undefined): error is ProofError {
  return error === "invalid_dpop_proof" || error === "use_dpop_nonce";
}

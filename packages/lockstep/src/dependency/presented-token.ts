/**
 * Access tokens that only their holder may use (RFC 9449, RFC 8705 §3), on their way from the scheme that finds one to the
 * verifier that decides about it. This module owns the contract between the two: a scheme finds the token and verifies nothing,
 * and nobody reads the token before a verifier has checked that its sender may use it.
 */
import { BuildError } from "../problem/error.ts";
import { Redacted } from "../secret/redacted.ts";
import type { Entry, ValueRecord } from "./node.ts";
import type { CredentialSource } from "./source.ts";

/**
 * The member of a `SenderConstraint` that holds its rule. Not exported from the package: only `dpop()` and `mutualTlsBound()` can
 * make such a value.
 */
export const senderRule: unique symbol = Symbol("lockstep.senderRule");

/** How the sender of a token proves that the token is its own: made by `dpop()` or `mutualTlsBound()`. */
export interface SenderConstraint {
  readonly [senderRule]: SenderRule;
}

/** What a verifier says of a token. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/** Verifies a token. Who has sent it makes no difference. */
export type VerifyToken<C extends TokenClaims> = (token: Redacted<string>) => C | Promise<C>;

/** The rule of a scheme: how it is documented, and the check of the sender. */
export interface SenderRule {
  /** The document names it (`x-lockstep-sender-constraint`). */
  readonly method: "dpop" | "mutual-tls";
  /** Whether tokens that are bound to nothing are refused. */
  readonly required: boolean;
  /** For DPoP: the algorithms of proofs, as clients write them. */
  readonly algorithms?: readonly string[];
  /** For DPoP: whether a proof needs a nonce of the server. */
  readonly needsNonce?: boolean;
  /** For DPoP: whether the rule knows the addresses of the API. Otherwise the API has to name its own. */
  readonly knowsAddresses?: boolean;
  /** Dependencies of the verified claims, whose values `admit` gets. */
  readonly entries: readonly Entry[];
  /**
   * Verifies a token and its sender. Returns the claims if the sender may use the token.
   *
   * @throws InvalidCredential (or rejects with it) for a token that is not valid, and for a sender that is not its holder
   * @throws Unavailable (or rejects with it) if a store or the keys cannot be asked
   */
  admit<C extends TokenClaims>(token: PresentedToken, verify: VerifyToken<C>, values: ValueRecord): C | Promise<C>;
}

/** The rule of a constraint; `undefined` for any other value. */
export function ruleOf(constraint: unknown): SenderRule | undefined {
  const isConstraint = typeof constraint === "object" && constraint !== null && senderRule in constraint;
  // Nobody else has the symbol.
  return isConstraint ? (constraint as SenderConstraint)[senderRule] : undefined;
}

/** How a token came: with which scheme of `Authorization`, and in which request. */
export interface Presentation {
  readonly scheme: "bearer" | "dpop";
  readonly source: CredentialSource;
}

/** A token of a scheme with a sender constraint. Its text cannot be read before a verifier has admitted its sender. */
export class PresentedToken extends Redacted<string> {
  readonly #presentation: Presentation;
  #isAdmitted = false;
  #proven: Promise<string> | undefined;

  constructor(text: string, presentation: Presentation) {
    super(text);
    this.#presentation = presentation;
  }

  get presentation(): Presentation {
    return this.#presentation;
  }

  /** @throws BuildError `wrong_dependency` before a verifier has admitted the sender */
  override reveal(): string {
    if (this.#isAdmitted) return super.reveal();
    throw new BuildError(
      "wrong_dependency",
      "pass the scheme to claims() of a verifier, as in accessTokens.claims(token): with senderConstraint, nobody may read the token before its sender has been checked",
    );
  }

  /** The same token for a verifier, which does not judge its sender. */
  unchecked(): UncheckedToken {
    return new UncheckedToken(super.reveal());
  }

  /** The text, for the check of the sender. */
  textForCheck(): string {
    return super.reveal();
  }

  /** The sender may use the token: the application can read it now. */
  admit(): void {
    this.#isAdmitted = true;
  }

  /**
   * The key that the sender has proven to hold. A proof counts once, so several verifiers of one request, and guards that run
   * again while it lasts, share its result.
   */
  proven(prove: () => Promise<string>): Promise<string> {
    return (this.#proven ??= prove());
  }
}

/**
 * A token whose sender somebody else checks. In an API, only `PresentedToken` makes one: a verifier that gets any other token
 * refuses it if it is bound to a key. The command line, which explains tokens, has no sender.
 */
export class UncheckedToken extends Redacted<string> {}

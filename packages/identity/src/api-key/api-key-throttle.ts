/** What keeps guesses of a key's secret within a limit (K-14). The limits themselves are the throttle's. */

/** A secret that is about to be compared, or was wrong. */
export interface KeyAttempt {
  /** The client's address, as far as the host knows it; its network is what counts. */
  readonly address: string | undefined;
  /**
   * The id of the key, whether there is one or not. Left out where this key was shown rightly from this address before:
   * whoever guesses elsewhere must not lock it out.
   */
  readonly keyId: string | undefined;
}

/**
 * Counts wrong secrets, of each network and of each key. Both methods are synchronous: what asks, compares and counts does so
 * without a pause, so that a hundred guesses at once are no more than a hundred in a row. Right secrets are never counted.
 */
export interface KeyThrottle {
  /** Whether one more secret may be compared. */
  mayEvaluate(about: KeyAttempt): boolean;
  /** Counts a wrong one. */
  failed(about: KeyAttempt): void;
}

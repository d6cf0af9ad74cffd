/** Tokens for tests: those that were issued, to whom and with which scopes. */
import { identified, type Identified, InvalidCredential } from "../index.ts";

/** Who a test's token belongs to. */
export interface TestPrincipal {
  readonly name: string;
  readonly via: string;
}

/** Issues tokens and recognises them. */
export class TokenDesk {
  readonly #given = new Map<string, Identified<TestPrincipal>>();

  /** A new token. */
  give(name: string, via: string, scope = ""): string {
    const token = crypto.randomUUID();
    this.#given.set(token, identified({ name, via }, { sub: name, scope }));
    return token;
  }

  /** @throws InvalidCredential for a token that was not given out for this */
  verify(token: string, via: string): Identified<TestPrincipal> {
    const found = this.#given.get(token);
    if (found?.principal.via !== via) throw new InvalidCredential("unknown");
    return found;
  }
}

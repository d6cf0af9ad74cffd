/** What the tests of the options for real issuers share: a token with changes, accepted or refused by a verifier with options. */
import assert from "node:assert/strict";
import type { Claims } from "./claims.ts";
import * as f from "./token.fixture.ts";
import type { JwtVerifierOptions } from "./verifier-options.ts";

/** Options that are added to those of the fixture's verifier, or replace them. */
export type Over = Partial<JwtVerifierOptions>;
type Changes = Readonly<Record<string, unknown>>;
const strict = f.verifier();

/** The claims of a token that is accepted. */
export function passes(options: Over, claims: Changes, header: Changes = {}): Promise<Claims> {
  return f.accepted(f.verifier(options), f.token(header, claims));
}

/** The reason for which a token is refused. */
export function refused(options: Over, claims: Changes, header: Changes = {}): Promise<string> {
  return f.refusal(f.verifier(options), f.token(header, claims));
}

/** Options that cannot be used. */
export function wrong(options: Changes, message: RegExp): void {
  assert.throws(() => f.verifier(options), { code: "wrong_option", message });
}

/** The token is accepted with the option, and without it refused in words that name the option. */
export async function opens(
  option: keyof JwtVerifierOptions,
  options: Over,
  claims: Changes,
  header: Changes = {},
): Promise<Claims> {
  assert.match(await f.refusal(strict, f.token(header, claims)), new RegExp(`\\(see the option ${option}\\)$`));
  return passes(options, claims, header);
}

/** Decides about a token with the verifier of `oidc()`, and explains every part of it with the same checks. */
import type { JsonObject } from "../../json/strict-json.ts";
import { type Caller, callerOf, type ClaimsMap } from "../../oidc/claims/caller.ts";
import { oidc } from "../../oidc/oidc.ts";
import { claimsOfText } from "../../oidc/token-form.ts";
import { jwtOptionsOf, tenantPlace } from "../../oidc/oidc-options.ts";
import { BuildError, InvalidCredential } from "../../problem/error.ts";
import { Redacted } from "../../secret/redacted.ts";
import { UncheckedToken } from "../../dependency/presented-token.ts";
import { type Claims, refusalOf } from "../../token/claims.ts";
import type { JwtVerifier } from "../../token/jwt-verifier.ts";
import { boundTo } from "../../token/sender/confirmation.ts";
import { fixedKeys, openKeys, type PublicKeys } from "../../token/key-source.ts";
import { readKeySet } from "../../token/key-set.ts";
import { explainToken, type TokenExplanation } from "../../token/token-explanation.ts";
import { checkVerifierOptions } from "../../token/verifier-options.ts";
import { type Advice, adviceOn } from "./token-advice.ts";
import type { Proposal, VerifierOptions } from "./proposal.ts";

/** The decision about a JWT. */
export interface TokenVerdict {
  readonly explanation: TokenExplanation;
  /** Why `oidc()` refuses it; `undefined` if it accepts it. */
  readonly refusal: string | undefined;
  /** The caller that the map reads in its claims, whether the token is accepted or not. */
  readonly caller: Caller | undefined;
  /** Why the map refuses the claims. */
  readonly mapRefusal: string | undefined;
  readonly advice: readonly Advice[];
  /** Why the token would be refused with all of the advice, too; `undefined` if it would be accepted, or without advice. */
  readonly stillRefused: string | undefined;
}

/**
 * Decides about a JWT.
 *
 * @param document the key set of the issuer, which was fetched before
 * @throws Unavailable (rejects with it) if the issuer stops answering meanwhile
 */
export async function judgeToken(
  text: string,
  proposal: Proposal,
  document: JsonObject,
  clock: () => number,
): Promise<TokenVerdict> {
  const options = { ...proposal.options, clock };
  const explanation = senderOf(proposal, await explain(text, options, document));
  const refusal = await refusalLater(async () => verifyAs(proposal, oidc(options), text));
  const { caller, mapRefusal } = readCaller(proposal.map, explanation.read);
  const advice = adviceFor(explanation, options);
  const stillRefused = advice.length === 0 ? undefined : await refusalWith(text, adviced(options, advice), { document, proposal });
  return { explanation, refusal, caller, mapRefusal, advice, stillRefused };
}

function explain(text: string, options: VerifierOptions, document: JsonObject): Promise<TokenExplanation> {
  const keys: PublicKeys = { [openKeys]: (context) => fixedKeys(readKeySet(document, "public", context)) };
  return explainToken(text, checkVerifierOptions({ ...jwtOptionsOf(options), issuer: issuerFor(text, options), keys }));
}

/** Verifies a token. The proof of a token that is bound to a key is not part of it: the scheme checks it. */
async function verifyAs({ isBound }: Proposal, verifier: JwtVerifier, text: string): Promise<Claims> {
  if (!isBound) return verifier.verify(new Redacted(text));
  const claims = await verifier.verify(new UncheckedToken(text));
  checkBound(claims);
  return claims;
}

/** @throws InvalidCredential for a token that is not bound to the key of a proof */
function checkBound(claims: Readonly<Record<string, unknown>>): void {
  if (boundTo(claims, "jkt") === undefined) throw new InvalidCredential("the token is not bound to a key");
}

/** The explanation with the verdict on `cnf` of a scheme that demands bound tokens. */
function senderOf({ isBound }: Proposal, explanation: TokenExplanation): TokenExplanation {
  const { verdicts, claims } = explanation;
  if (!isBound || claims === undefined) return explanation;
  const refusal = refusalOf(() => checkBound(claims));
  return { ...explanation, verdicts: verdicts.map((each) => (each.name === "cnf" ? { ...each, refusal } : each)) };
}

/** Of several tenants, each is an issuer: the one that the token names, or the first one. */
function issuerFor(text: string, { issuer, tenants }: VerifierOptions): string {
  if (tenants === undefined) return issuer;
  const all = tenants.map((tenant) => issuer.replace(tenantPlace, tenant));
  const named = claimsOfText(text)["iss"];
  return all.find((each) => each === named) ?? all[0] ?? issuer;
}

function adviceFor({ verdicts, header, claims }: TokenExplanation, options: VerifierOptions): readonly Advice[] {
  if (header === undefined || claims === undefined) return [];
  const refused = verdicts.filter(({ refusal }) => refusal !== undefined);
  return refused.flatMap((verdict) => adviceOn(verdict, { header, claims, options }) ?? []);
}

/** The options with all of the advice. A token without `aud` leaves nothing for `extraAudiences`. */
function adviced(options: VerifierOptions, advice: readonly Advice[]): VerifierOptions {
  const changed: Record<string, unknown> = Object.assign({ ...options }, ...advice.map((each) => each.options));
  const { audience } = changed;
  if (typeof audience === "object" && audience !== null && !Array.isArray(audience)) delete changed["extraAudiences"];
  // `checkVerifierOptions` checks each of them.
  return changed as unknown as VerifierOptions;
}

interface Issued {
  readonly document: JsonObject;
  readonly proposal: Proposal;
}

async function refusalWith(text: string, options: VerifierOptions, { document, proposal }: Issued): Promise<string | undefined> {
  try {
    const { verdicts, read } = senderOf(proposal, await explain(text, options, document));
    return verdicts.find(({ refusal }) => refusal !== undefined)?.refusal ?? readCaller(proposal.map, read).mapRefusal;
  } catch (error) {
    if (error instanceof BuildError) return error.message;
    throw error;
  }
}

function readCaller(map: ClaimsMap, read: JsonObject | undefined): Pick<TokenVerdict, "caller" | "mapRefusal"> {
  if (read === undefined) return { caller: undefined, mapRefusal: undefined };
  try {
    // The map checks each claim that it reads, and the verdict of the verifier is known besides.
    const { principal } = callerOf(map, read as unknown as Claims, undefined);
    return { caller: principal, mapRefusal: undefined };
  } catch (error) {
    if (error instanceof InvalidCredential) return { caller: undefined, mapRefusal: error.reason };
    throw error;
  }
}

/** The reason for which a verifier refuses a token; `undefined` if it accepts it. */
export async function refusalLater(verify: () => Promise<Claims>): Promise<string | undefined> {
  try {
    await verify();
    return undefined;
  } catch (error) {
    if (error instanceof InvalidCredential) return error.reason;
    throw error;
  }
}

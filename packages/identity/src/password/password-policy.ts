/**
 * Decides which passwords can be set (NIST SP 800-63B-4 §3.1.1.2): long ones that are not a common guess, without rules about
 * kinds of characters. The check is local: nothing of a password is sent anywhere.
 */
import { problem, type Redacted } from "lockstep";
import { commonPasswords } from "./common-passwords.ts";
import { worthOf } from "./common-password-list.ts";
import { withoutWalks } from "./keyboard-walk.ts";
import { plain, replaced } from "./password-fold.ts";

/** The account and the service that the password is for. */
export interface PasswordContext {
  /** The account's address. Its parts do not count towards the length of a password. */
  readonly email?: string | undefined;
  /** The URL or the name of the service. Its parts do not count either. */
  readonly service?: string | undefined;
}

const minCodePoints = 15;
const maxBytes = 1024;
const fewestDistinctCharacters = 6;
const leastOwnCharacters = 8;
/** The characters that a part of a password counts for, if it is one of the 100,000 most common passwords. */
const worthOfCommonPassword = 3;
/** Shorter parts of an address or a name occur in many good passwords. */
const shortestName = 4;

const year = String.raw`(?:19|20)\d\d`;
const common = new RegExp([...commonPasswords, year].join("|"), "g");
/**
 * Says why a password is too weak; `undefined` if it is not. The answer continues "The password ", and contains no part of the
 * password. Characters are counted as Unicode code points in NFC, bytes as UTF-8.
 */
export function passwordWeakness(password: string, about: PasswordContext = {}): string | undefined {
  if (!password.isWellFormed()) return "is not valid Unicode text";
  const text = password.normalize("NFC");
  if (Array.from(text).length < minCodePoints) return `needs at least ${minCodePoints} characters`;
  if (Buffer.byteLength(text) > maxBytes) return `is longer than ${maxBytes} bytes`;
  if (new Set(text.toLowerCase()).size < fewestDistinctCharacters) return "has only a handful of different characters";
  if (/^(.+?)\1+.?$/su.test(text)) return "repeats itself";
  const names = namesOf(about);
  const isWeak = [plain(text), plain(replaced(text))].some((folded) => ownCharacters(folded, names) < leastOwnCharacters);
  return isWeak ? "is too easy to guess" : undefined;
}

/**
 * Refuses a password that is too weak.
 *
 * @throws Problem 422 `weak_password`, which says why, without any part of the password
 */
export function checkNewPassword(password: Redacted<string>, about: PasswordContext): void {
  const weakness = passwordWeakness(password.reveal(), about);
  if (weakness !== undefined) problem(422, "weak_password", `The password ${weakness}.`);
}

/** The number of letters and digits that are judged. Finding repetition takes quadratic time. */
const mostJudged = 128;

/**
 * Returns how many characters are left without names, common words, rows of keys and repetition. A part that is a common password
 * counts for three: of the whole text, or of the rest.
 */
function ownCharacters(folded: string, names: readonly string[]): number {
  let named = folded.slice(0, mostJudged);
  for (const name of names) named = named.replaceAll(name, "");
  const rest = withoutRepetition(withoutWalks(named.replaceAll(common, "")));
  const characters = Array.from(rest).length;
  // Most passwords that are refused need no list.
  if (characters < leastOwnCharacters) return characters;
  const texts = [named, withoutRepetition(named), rest];
  return Math.min(characters, ...texts.map((text) => worthOf(replaced(text), worthOfCommonPassword)));
}

/** Removes repetition: first of long parts, then of short ones, which long parts may contain. */
function withoutRepetition(text: string): string {
  return text.replaceAll(/(.{3,})\1+/gsu, "$1").replaceAll(/(.+?)\1+/gsu, "$1");
}

function namesOf({ email = "", service = "" }: PasswordContext): readonly string[] {
  const names = `${email} ${URL.canParse(service) ? new URL(service).hostname : service}`.split(/[\s@.+_-]+/).map(plain);
  const whole = [plain(email), plain(email.split("@")[0] ?? "")];
  return [...whole, ...names].filter((name) => name.length >= shortestName).toSorted((one, other) => other.length - one.length);
}

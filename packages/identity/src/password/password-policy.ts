/**
 * Which passwords are good enough to be set (NIST SP 800-63B-4 §3.1.1.2): long, and not what everybody tries first; no rules about kinds of
 * characters. The whole stands in the program: nothing of a password is sent anywhere to be checked.
 */
import { problem, type Redacted } from "lockstep";
import { commonPasswords } from "./common-passwords.ts";
import { withoutWalks } from "./keyboard-walk.ts";

/** Whose password it is to be. */
export interface PasswordContext {
  /** The account's address: what is in it protects nothing. */
  readonly email?: string | undefined;
  /** The URL of the service, or its name: likewise. */
  readonly service?: string | undefined;
}

const minCodePoints = 15;
const maxBytes = 1024;
const fewestDistinctCharacters = 6;
const leastOwnCharacters = 8;
/** Shorter parts of an address or a name are in many a good password. */
const shortestName = 4;

const year = String.raw`(?:19|20)\d\d`;
const common = new RegExp([...commonPasswords, year].join("|"), "g");
const lookalikes: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "8": "b",
  "@": "a",
  $: "s",
  "!": "i",
  "€": "e",
};

/**
 * Says why a password is no good; `undefined` if nothing is wrong. The answer holds no part of it, and goes on after
 * "The password ". Characters are counted as Unicode code points of the form NFC, bytes as UTF-8.
 */
export function passwordWeakness(password: string, about: PasswordContext = {}): string | undefined {
  if (!password.isWellFormed()) return "is not made of characters";
  const text = password.normalize("NFC");
  if (Array.from(text).length < minCodePoints) return `needs at least ${minCodePoints} characters`;
  if (Buffer.byteLength(text) > maxBytes) return `has room for ${maxBytes} bytes`;
  if (new Set(text.toLowerCase()).size < fewestDistinctCharacters) return "is made of a handful of different characters";
  if (/^(.+?)\1+.?$/su.test(text)) return "repeats itself";
  const names = namesOf(about);
  const isWeak = [plain(text), plain(replaced(text))].some((folded) => ownCharacters(folded, names) < leastOwnCharacters);
  return isWeak ? "is made of what everybody tries first" : undefined;
}

/**
 * Refuses a password that is too weak to be set.
 *
 * @throws Problem 422 `weak_password`, which says what is wrong and holds no part of the password
 */
export function checkNewPassword(password: Redacted<string>, about: PasswordContext): void {
  const weakness = passwordWeakness(password.reveal(), about);
  if (weakness !== undefined) problem(422, "weak_password", `The password ${weakness}.`);
}

/** By how many letters and digits a password is judged: looking for repetition takes the square of it. */
const mostJudged = 128;

/** How much is left without names, common words, rows of keys and repetition. */
function ownCharacters(folded: string, names: readonly string[]): number {
  let rest = folded.slice(0, mostJudged);
  for (const name of names) rest = rest.replaceAll(name, "");
  rest = withoutWalks(rest.replaceAll(common, ""));
  return Array.from(rest.replaceAll(/(.+?)\1+/gsu, "$1")).length;
}

function namesOf({ email = "", service = "" }: PasswordContext): readonly string[] {
  const names = `${email} ${URL.canParse(service) ? new URL(service).hostname : service}`.split(/[\s@.+_-]+/).map(plain);
  const whole = [plain(email), plain(email.split("@")[0] ?? "")];
  return [...whole, ...names].filter((name) => name.length >= shortestName).toSorted((one, other) => other.length - one.length);
}

/** Letters, digits and symbols (emoji are some), in lower case; punctuation adds nothing. */
function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{S}]/gu, "");
}

/** With the letters that digits and signs are written for. */
function replaced(text: string): string {
  return text.replaceAll(/[0134578@$!€]/g, (character) => lookalikes[character] ?? character);
}

/**
 * How much memory a verified token holds: an estimate on the high side, as measured on V8. A client may choose some of its
 * token's claims, and a list of a thousand empty objects takes thirty times as much memory as its text: every part is charged.
 */

/** What each part costs beside its characters, in bytes. */
export const heldCosts: Readonly<Record<"entry" | "object" | "member" | "list" | "element" | "text" | "number", number>> = {
  /** The cache's own record of a token. */
  entry: 400,
  /** Objects without a prototype are hash tables, which have room for some members from the start. */
  object: 288,
  member: 80,
  /** Lists have room for 16 more elements as soon as they have one. */
  list: 192,
  element: 12,
  text: 40,
  number: 16,
};

/** Characters outside Latin-1 make a text twice as large. */
const wide = /[^\0-\xff]/;

/** The bytes that have been charged so far. */
interface Charge {
  bytes: number;
  characters: number;
  isWide: boolean;
}

/**
 * The bytes that a token and its claims hold. The text counts twice, as the presented token and as the decoded payload, of which
 * long claims are slices; the texts in it count once more, because names and escaped texts are copies.
 */
export function heldBytes(text: string, claims: unknown): number {
  const charge: Charge = { bytes: heldCosts.entry + text.length, characters: 0.75 * text.length, isWide: false };
  add(charge, claims);
  return Math.ceil(charge.bytes + (charge.isWide ? 2 : 1) * charge.characters);
}

/** Charges one value of JSON and everything in it. The reader has bounded its depth. */
function add(charge: Charge, value: unknown): void {
  if (typeof value === "string") {
    charge.bytes += heldCosts.text;
    addCharacters(charge, value);
  } else if (Array.isArray(value)) {
    charge.bytes += heldCosts.list + value.length * heldCosts.element;
    for (const element of value) add(charge, element);
  } else if (typeof value === "object" && value !== null) {
    charge.bytes += heldCosts.object;
    for (const [name, member] of Object.entries(value)) {
      charge.bytes += heldCosts.member;
      addCharacters(charge, name);
      add(charge, member);
    }
  } else if (typeof value === "number") {
    charge.bytes += heldCosts.number;
  }
}

function addCharacters(charge: Charge, text: string): void {
  charge.characters += text.length;
  charge.isWide ||= wide.test(text);
}

/** Folds passwords, so those that people and attackers take for variants of each other are equal. */

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

/** Returns letters, digits and symbols (such as emoji) in lower case and in NFKC. Punctuation adds nothing. */
export function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{S}]/gu, "");
}

/** Replaces digits and signs by the letters that they are usually written for. The length stays. */
export function replaced(text: string): string {
  return text.replaceAll(/[0134578@$!€]/g, (character) => lookalikes[character] ?? character);
}

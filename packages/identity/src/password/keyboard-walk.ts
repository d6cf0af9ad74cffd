/** Rows of keys, and the alphabet. They look long, and are among the first guesses. */

const lines = [
  "12345678901234567890",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiop",
  "qwertzuiop",
  "azertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "yxcvbnm",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
  "qazwsxedcrfvtgbyhnujmikolp",
  "1q2w3e4r5t6y7u8i9o0p",
  "q1w2e3r4t5y6u7i8o9p0",
];
const walks: readonly string[] = [...lines, ...lines.map((line) => Array.from(line).toReversed().join(""))];
const shortest = 4;

/** Removes the parts of four characters and more that follow a row of keys or the alphabet, forwards or backwards. */
export function withoutWalks(text: string): string {
  let rest = "";
  let index = 0;
  while (index < text.length) {
    const length = walkAt(text, index);
    if (length === 0) rest += text[index];
    index += Math.max(length, 1);
  }
  return rest;
}

/** Returns how many characters from here follow a row; 0 if fewer than four do. */
function walkAt(text: string, start: number): number {
  let length = 0;
  for (let end = start + shortest; end <= text.length; end += 1) {
    const part = text.slice(start, end);
    if (!walks.some((walk) => walk.includes(part))) break;
    length = end - start;
  }
  return length;
}

/**
 * Patterns that plain English avoids, and what to write instead. Each rule has sentences that it catches and sentences that it
 * lets pass; `prose.test.ts` tries them all. A rule cannot be switched off for one place. Rewrite the sentence, or make the rule
 * more precise.
 */
import type { Kind } from "./prose-passage.ts";

/** One pattern to avoid. */
export interface Rule {
  readonly name: string;
  /** Code in a passage is `¤`; see `Passage.text`. */
  readonly pattern: RegExp;
  readonly advice: string;
  /** The kinds of passages that are read; all but `line` by default. */
  readonly kinds?: readonly Kind[];
  /** Sentences that the rule finds something in. */
  readonly catches: readonly string[];
  /** Sentences like these that are fine. */
  readonly passes: readonly string[];
}

const be = "(?:is|are|was|were|be|been|being)";
// An auxiliary or a pronoun after "what" or "where".
const auxiliary =
  "(?:is|are|was|were|has|had|it|they|may|can|cannot|must|does|do|did|comes?|came|counts?|belongs?|ends?|lives?|stands?|lies)";
// A comma that does not continue a list of questions, as in "says who it is, what it may do".
const comma = "(?<!\\b(?:[Ww]ho|[Ww]hose|[Ww]hich|[Hh]ow|[Ww]hy|[Ww]here|[Ww]hat)\\b[^.;:]*),";
// Not the start of a question.
const notAsked = "(?![^.;]*\\?)";

export const rules: readonly Rule[] = [
  {
    name: "is no",
    // "There is no route" is fine, and so are comparisons.
    pattern: new RegExp(
      `(?<!\\b[Tt]here (?:\\p{L}+ ){0,2})\\b${be} no (?!(?:longer|more|less|fewer|later|earlier|sooner|better|worse|different|one)\\b)(?=[\\p{L}\`¤"])`,
      "u",
    ),
    advice: 'write "is not a …"',
    catches: ["Credentials are no inputs.", "a value that is no `Date`", "what has been no problem so far"],
    passes: [
      "There is no route.",
      "There must be no other key.",
      "It is no longer used.",
      "There has been no answer.",
      "A path has no slash.",
    ],
  },
  {
    name: "is none",
    pattern: new RegExp(`(?<!\\b[Tt]here (?:\\p{L}+ )?)\\b${be} none\\b|\\bnone (?:that|who|which)\\b`, "u"),
    advice: 'write "is not one", or name what is missing',
    catches: ["a key that is none", "false where there is none that is disabled", "Its password is none of the common ones."],
    passes: ["There is none left.", "If there is none, the answer is 404.", "`alg` is `none`.", "None of these is a yes."],
  },
  {
    name: "stands",
    pattern:
      /(?<!\b(?:as|how) (?:it|they) )(?<!\bwhere (?:we|this project) )\b(?:[Ss]tands?|[Ss]tood|[Ss]tanding)\b(?![-:]| (?:still|up|out)\b| in for\b)/u,
    advice: 'write "is", "comes", "applies" or "means"',
    catches: ["The reason stands in the document.", "which does not stand", "It stands for the caller.", "the line standing above"],
    passes: [
      "A fake stands in for the database.",
      "It is accepted as it stands.",
      "The clock stands still.",
      "a stand-in",
      "Understand the rule.",
    ],
  },
  {
    name: "gives",
    pattern:
      /\b(?:[Gg]ives|[Gg]ave)\b(?! (?:up|way|back|in|rise|away|off|out|it|itself|them|themselves|him|her|you|us|each|every|everyone|nobody|anyone|reasons?)\b)|\b(?:can|cannot|may|might|must|will|would|should|could|not|functions?|schemas?|arguments|to) give\b(?! (?:up|way|back|in|rise|away|it|itself|them|you|each|every|everyone|reasons?)\b)/u,
    advice: 'write "returns", "issues", "passes" or "grants"',
    catches: [
      "The function gives the account's id.",
      "Removes old links; gives how many.",
      "what a schema can give",
      "This gives a token.",
    ],
    passes: [
      "It gives up after ten seconds.",
      "The client gives itself a role.",
      "The proxy gives them back.",
      "a given route",
      "Give each key an id.",
    ],
  },
  {
    name: "whoever",
    pattern: /\b(?:[Ww]ho(?:m)?ever|[Ww]hosoever)\b/u,
    advice: 'write "anyone who", "the caller" or "the user"',
    catches: ["Whoever has the link can sign in.", "It belongs to whomever it names."],
    passes: ["Anyone who has the link can sign in.", "Whatever the order, the first wins.", "It logs who signed in."],
  },
  {
    name: "who as a noun",
    pattern: new RegExp(`(?:^|^(?:[A-Z]+-\\d+[,: ]+)+)[Ww]ho (?!\\p{L}+s? what\\b)${notAsked}`, "u"),
    advice: 'name the person: "a user who …", "a client that …"',
    kinds: ["test name"],
    catches: ["who is not active may do nothing", "K-14: who guesses at a key does not lock out its owner"],
    passes: ["a user who is not active may do nothing", "logs who signed in", "who may read?"],
  },
  {
    name: "what as a noun",
    pattern: new RegExp(
      `(?:^|[.;:(] |— |– |${comma} )[Ww]hat ${auxiliary}\\b(?! to\\b)${notAsked}` +
        `|\\b(?:for|from|of|with|through|but|except|than|if|that|until|while|without|beside|beyond) what ${auxiliary}\\b` +
        "|\\b(?:accepts?|clos(?:es?|ing)|copies|deletes?|drops?|ends?|forgets?|holds?|keeps?|loads?|moves?|opens?|prints?|reads?|refuses?" +
        `|removes?|replaces?|returns?|sends?|skips?|spends?|stores?|takes?|verif(?:y|ies)|writes?) what ${auxiliary}\\b`,
      "u",
    ),
    advice: "name the thing instead of starting a clause with “what”",
    kinds: ["paragraph", "comment", "message", "test name"],
    catches: [
      "What was checked is remembered.",
      "Too late, what it opened is closed.",
      "It refuses what is not a number.",
      "An error for what has another length.",
    ],
    passes: [
      "The message says what is wrong.",
      "What is a dependency? A value.",
      "It decides what to log.",
      "What the compiler cannot see is checked at start-up.",
      "It says who is asking, what they may do, and why.",
      "whatever it was",
    ],
  },
  {
    name: "where for if",
    pattern: new RegExp(
      "(?:(?<=\\b(?:undefined|false|true|null|nothing) )|(?<=` )|(?<=@throws [^.;]*))\\bwhere\\b(?! [`¤]| \\p{Lu}\\w* (?:is|are)\\b)" +
        "|(?<!\\b(?:place|file|folder|line|table|point|position|page)s? )\\b[Ww]here (?:there (?:is|are|was|were)|not(?:hing)?|no|none|neither|nobody|several|all|any|needed|absent|said|missing|given)\\b" +
        "|\\b(?:also|even|not|fails?|failed|refused|thrown) where\\b" +
        "|[.;:] Where(?= [^.;?:]{1,120}?, \\p{L})",
      "u",
    ),
    advice: 'write "if" or "when"; "where" is for places',
    catches: [
      "`undefined` where there is no account",
      "@throws BuildError `wrong_schema` where the schema has no JSON Schema",
      "Counted once. Where the role is missing, the answer is 403.",
      "It holds no secret, not where it fails either.",
      "makes it where needed",
    ],
    passes: [
      "`Record<T, true>`, where `T` is the options",
      "`Record<T, true>` where T is the options",
      "It prints where it listens.",
      "SELECT name FROM notes WHERE id = 1",
      "The place where the keys are.",
      "the file where all rules are",
    ],
  },
  {
    name: "so that",
    pattern: /(?:[,;:] |^)[Ss]o that\b/u,
    advice: 'write ", so" for a consequence; "so that" without a comma for a purpose',
    catches: ["It is the first branch, so that it takes every token."],
    passes: ["It is wrapped so that it cannot be printed.", "It is the first branch, so it takes every token."],
  },
  {
    name: "papers",
    pattern: /\bDESIGN(?:\.md\b| ?§)|\bRULES(?:\.md\b| R\d+)|\bSTYLE\.md\b|\baccess matrix\b|(?<=[(,] ?)R\d{1,2}(?=[,:;)])/u,
    advice: "readers do not have this paper: say the fact, or point to a decision, a page or a standard",
    catches: [
      "in one transaction (DESIGN §9)",
      "It is never cached (RULES R8).",
      "see the access matrix",
      "each must be given (R4; CVE-2025-1)",
      "L-05, R12: refuses both",
    ],
    passes: ["RFC 6749 §5.2", "See decision 0004.", "the design of the plan", "a bucket (R2 or S3)", "The rules run in order."],
  },
  {
    name: "not even",
    pattern: /(?:^|[.;:] )Not even\b|\b[Ww]here not even\b/u,
    advice: 'put the subject first: "X does not even …"',
    catches: ["Not even that this is JSON is checked.", "Where not even that is possible, wait."],
    passes: ["It is not even read.", "Nothing matches, not even an empty text."],
  },
  {
    name: "goes by",
    pattern: /\b(?:go|goes|going|went) by\b/u,
    advice: 'write "is matched by", "follows" or "is ordered by"',
    catches: ["Parameters go by name."],
    passes: ["Parameters are matched by name.", "It goes to the log."],
  },
  {
    name: "come of",
    pattern: /\b(?:came|comes?|coming) of\b/u,
    advice: 'write "the result of", "issued for" or "created by"',
    catches: ["the tokens that came of it", "What comes of a link."],
    passes: ["It comes from the host.", "whatever becomes of its promise"],
  },
  {
    name: "old words",
    pattern:
      /\b(?:thereof|therein|thereto|therewith|thereupon|whereby|wherein|whereof|whereupon|hereby|herein|hereof|lest|anew|to be had|[Bb]e it|save for)\b/u,
    advice: "use an everyday word",
    catches: ["a body and the fields therein", "The next turn is to be had later.", "Hash it anew."],
    passes: ["a body and its fields", "Therefore it fails.", "to be handled", "Whether it may be, it is checked."],
  },
  {
    name: "lies",
    pattern:
      /\b(?:lies?|lay) (?:in|between|below|above|beneath|under|behind|before|after|at|on|with|there|within)\b|\bwhere \p{L}+ \p{L}+ (?:lies?|lay)\b/u,
    advice: 'write "is"',
    catches: ["a second that lies between two answers", "where the keys lie"],
    passes: ["a resolver that lies", "It is between two answers.", "The predicate lies about the caller."],
  },
  {
    name: "is to",
    pattern: /\b(?:is|are|was|were) (?:not )?to be\b/u,
    advice: 'write "must", "should" or "will"',
    catches: ["The hash is to be replaced.", "Its answer is not to be stored."],
    passes: ["The hash must be replaced.", "The simplest way is to return it.", "The link is to another site."],
  },
  {
    name: "so many",
    pattern: /\b[Ss]o many\b(?! (?:that|as)\b|[^.;]* that\b)/u,
    advice: "name the limit",
    catches: ["Removes at most so many sessions.", "lets so many attempts through"],
    passes: ["Removes at most `limit` sessions.", "There are so many that it waits.", "so many keys that a page is full"],
  },
  {
    name: "long line",
    // A directive of the compiler is one line.
    pattern: /(?<=^(?!\s*\/\/ @ts-).{130}).+/u,
    advice: "end the line by column 130: break the comment, or move it above the code",
    kinds: ["line"],
    catches: [`// ${"long ".repeat(26)}`],
    passes: [`// ${"long ".repeat(25)}`, `// @ts-expect-error ${"long ".repeat(26)}`],
  },
];

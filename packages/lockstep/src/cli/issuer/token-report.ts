/** Prints a token header by header and claim by claim, with the verdict on each. Its signature is never printed. */
import type { JsonObject } from "../../json/strict-json.ts";
import { isAbsent } from "../../json/member.ts";
import type { Verdict } from "../../token/token-explanation.ts";
import { printable, rows, shortened, wrapped } from "../output.ts";
import { literal } from "./literal.ts";
import type { Proposal } from "./proposal.ts";
import { sentenceOn } from "./token-advice.ts";
import type { TokenVerdict } from "./token-verdict.ts";

/** The claims that are shown in any case, in this order. The others follow. */
const usual = ["iss", "aud", "exp", "iat", "nbf", "sub", "scope", "azp", "client_id", "cnf"] as const;
const times: readonly string[] = ["exp", "iat", "nbf", "auth_time", "updated_at"];
const mostCharacters = 300;

/** What the report shows. */
export interface TokenFacts {
  readonly verdict: TokenVerdict;
  readonly proposal: Proposal;
  readonly nowMs: number;
}

/** The lines about a JWT. */
export function tokenLines(facts: TokenFacts, columns: number): readonly string[] {
  const { explanation } = facts.verdict;
  const { header, claims } = explanation;
  return [
    ...formLines(explanation.verdicts, columns),
    ...(header === undefined ? [] : ["Header", ...rows(headerCells(header, explanation.verdicts), columns), ""]),
    ...(claims === undefined ? [] : ["Claims", ...rows(claimCells(claims, facts), columns), ""]),
    ...keyLines(explanation, columns),
    ...callerLines(facts, columns),
    ...adviceLines(facts, columns),
  ];
}

function formLines(verdicts: readonly Verdict[], columns: number): readonly string[] {
  const refused = verdicts.filter(({ part, refusal }) => part === "form" && refusal !== undefined);
  if (refused.length === 0) return [];
  return [
    "Form",
    ...rows(
      refused.map((each) => ["no", each.name, reasonOf(each)]),
      columns,
    ),
    "",
  ];
}

/** A reason, and what to do about it. */
function reasonOf(verdict: Verdict): string {
  const sentence = sentenceOn(verdict);
  return sentence === "" ? (verdict.refusal ?? "") : `${verdict.refusal}. ${sentence}`;
}

function headerCells(header: JsonObject, verdicts: readonly Verdict[]): readonly (readonly string[])[] {
  const about = (name: string): Verdict | undefined => {
    const members = verdicts.find((each) => each.part === "header" && each.name === "members");
    if (members?.refusal?.startsWith(`the header holds ${name}`) === true) return members;
    return verdicts.find((each) => each.part === "header" && each.name === name);
  };
  const names = [...new Set(["alg", "kid", "typ", ...Object.keys(header)])];
  return names.map((name) => {
    const verdict = about(name);
    const value = isAbsent(header[name]) ? "absent" : shown(header[name]);
    if (verdict === undefined) return ["-", name, value];
    return verdict.refusal === undefined ? ["ok", name, value] : ["no", name, `${value}: ${reasonOf(verdict)}`];
  });
}

function claimCells(claims: JsonObject, facts: TokenFacts): readonly (readonly string[])[] {
  const names = [...new Set<string>([...usual, ...Object.keys(claims)])];
  return names.map((name) => claimCell(name, claims[name], facts));
}

function claimCell(name: string, value: unknown, facts: TokenFacts): readonly string[] {
  const { verdicts, read } = facts.verdict.explanation;
  const about = verdicts.filter((each) => each.part === "claim" && each.name === name);
  const refused = about.find(({ refusal }) => refusal !== undefined);
  const text = isAbsent(value) ? "absent" : `${shown(value)}${times.includes(name) ? timeWords(value, facts.nowMs) : ""}`;
  if (name === "aud" && !facts.proposal.isAudienceKnown) return ["no", name, `${text}: ${audienceUnknown(value)}`];
  if (refused !== undefined) return ["no", name, `${text}: ${reasonOf(refused)}`];
  if (about.length === 0)
    return ["-", name, name === "azp" && !isAbsent(value) ? `${text} (not checked: see authorizedParties)` : text];
  const after = read?.[name];
  const isChanged = (name === "sub" || name === "scope") && after !== undefined && after !== value;
  return [isAbsent(value) && !isChanged ? "-" : "ok", name, isChanged ? `${text}, read as ${shown(after)}` : text];
}

function audienceUnknown(value: unknown): string {
  const [first] = [value].flat();
  const name = typeof first === "string" ? printable(first) : "NAME";
  return `which of these is your API? Only you can know: pass it with --audience, for example --audience ${name}`;
}

function shown(value: unknown): string {
  return shortened(printable(JSON.stringify(value) ?? "undefined"), mostCharacters);
}

/** A NumericDate in words. */
function timeWords(value: unknown, nowMs: number): string {
  if (typeof value !== "number" || !(value >= 0 && value < 2 ** 41)) return "";
  return ` (${new Date(value * 1000).toISOString().replace(".000Z", "Z")}, ${relative(value - nowMs / 1000)})`;
}

/** A span of time in the largest unit that fits, such as "in 5 minutes". */
export function relative(seconds: number): string {
  const units = [
    ["year", 31_536_000],
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ] as const;
  const size = Math.abs(seconds);
  const [unit, length] = units.find(([, each]) => size >= each) ?? (["second", 1] as const);
  const count = Math.floor(size / length);
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds < 0 ? `${words} ago` : `in ${words}`;
}

function keyLines({ verdicts }: TokenVerdict["explanation"], columns: number): readonly string[] {
  const found = verdicts.filter(({ part }) => part === "key" || part === "signature");
  const cells = found.map((each) => {
    const name = each.part === "key" ? "key" : "signature";
    const good = each.part === "key" ? "found among the keys of the issuer" : "made with this key";
    return [each.refusal === undefined ? "ok" : "no", name, each.refusal === undefined ? good : reasonOf(each)];
  });
  return cells.length === 0 ? [] : ["Signature", ...rows(cells, columns), ""];
}

function callerLines({ verdict, proposal }: TokenFacts, columns: number): readonly string[] {
  const { caller, mapRefusal } = verdict;
  const isRefused = verdict.refusal !== undefined;
  const head = `Caller (map ${proposal.provider.map}${isRefused ? ", if the token were accepted" : ""})`;
  if (mapRefusal !== undefined) return [head, ...wrapped("  no  ", mapRefusal, columns), ""];
  if (caller === undefined) return [];
  const { id, kind, roles, scopes, email, actor } = caller;
  const cells = [
    ["id", printable(id)],
    ["kind", kind],
    ["roles", roles.length === 0 ? "none" : printable(roles.join(", "))],
    ["scopes", scopes.length === 0 ? "none" : printable(scopes.join(" "))],
    ...(email === undefined ? [] : [["email", printable(email)]]),
    ...(actor === undefined ? [] : [["actor", printable(actor)]]),
  ];
  const rule = "The map has a rule for this very workload: check that it is yours.";
  return [head, ...rows(cells, columns), ...(proposal.workload === undefined ? [] : wrapped("  ", rule, columns)), ""];
}

function adviceLines({ verdict }: TokenFacts, columns: number): readonly string[] {
  const { advice, stillRefused } = verdict;
  if (advice.length === 0) return [];
  const lines = advice.flatMap(({ options, risk }) => {
    const entries = Object.entries(options).map(([name, value]) => `  ${name}: ${literal(value, "  ")},`);
    return [...entries, ...wrapped("      ", risk, columns)];
  });
  const end = stillRefused === undefined ? "it would be accepted" : `it would still be refused: ${stillRefused}`;
  return [
    "Options of oidc() for this token",
    ...lines,
    ...wrapped("  ", `With ${advice.length === 1 ? "it" : "all of them"}, ${end}.`, columns),
    "",
  ];
}

/** `lockstep issuer`: whether an issuer works, how to configure it, and why a token of it is accepted or refused. */
import type { JsonObject } from "../../json/strict-json.ts";
import { checkOidcOptions } from "../../oidc/oidc-options.ts";
import { claimsOfText, isJwt } from "../../oidc/token-form.ts";
import { Unavailable } from "../../problem/error.ts";
import type { Arguments } from "../arguments.ts";
import type { Command, Context, Result } from "../command.ts";
import { wrapped } from "../output.ts";
import { declarationOf, environmentLines, environmentOf } from "./declaration.ts";
import { discover, type Discovered } from "./discovery.ts";
import { abilitiesOf, endpointsOf, issuerLines } from "./issuer-report.ts";
import { type KeyReport, reportKeys } from "./key-report.ts";
import { askAbout, opaqueLines } from "./opaque-token.ts";
import { chosenProvider, type Proposal, propose, withPlace } from "./proposal.ts";
import { optionsFor } from "./provider.ts";
import { readSettings, type Settings, settingsOptions } from "./settings.ts";
import { tokenLines } from "./token-report.ts";
import { judgeToken } from "./token-verdict.ts";

/** The command. */
export const issuerCommand: Command = {
  name: "issuer",
  summary: "Shows whether an issuer works, how to configure it, and why a token is accepted or refused",
  arguments: ["URL"],
  tooMany:
    "Pass one issuer, and a token on standard input only: an argument is visible to everyone on this machine, and stays in the shell's history",
  options: {
    token: { about: "Read a token from standard input and explain it" },
    introspect: { about: "Ask the issuer about an opaque token, as --client-id with AUTH_CLIENT_SECRET" },
    ...settingsOptions,
  },
  notes: [
    "Lists are separated by spaces or commas. Nothing is stored. The exit code is 0 if the issuer works and the token is",
    "accepted, 1 if not, and 2 if the command line is wrong.",
    "",
    "Example: pbpaste | lockstep issuer https://login.example.com --audience notes --token",
  ],
  run: runIssuer,
};

/** Everything that is known about the issuer. */
interface Known {
  readonly settings: Settings;
  readonly discovered: Discovered;
  readonly keys: KeyReport | undefined;
  readonly proposal: Proposal;
  /** Why `oidc()` would not work with it; `undefined` if it would. */
  readonly problem: string | undefined;
}

async function runIssuer(given: Arguments, context: Context): Promise<Result> {
  const settings = withPlace(await readSettings(given));
  // Read first: nobody waits for a network before the prompt.
  const token = given.has("token") ? await context.secret("Paste the token and press Enter: ") : undefined;
  const discovered = await discover(settings);
  const known = await describe(settings, discovered, token === undefined ? {} : claimsOfText(token));
  if (token === undefined) return issuerResult(known, context);
  if (known.problem !== undefined) return undecided(known, context);
  return isJwt(token) ? jwtResult(token, known, context) : opaqueResult(token, known, { given, context });
}

async function describe(settings: Settings, discovered: Discovered, claims: JsonObject): Promise<Known> {
  const metadata = discovered.chosen?.document ?? {};
  const names = { ...settings, audience: "", clientId: "", claims };
  const { keyUse = "sig" } = optionsFor(chosenProvider(settings, metadata), names, settings.jwksUrl !== undefined);
  const document = discovered.keys?.document;
  const keys = document && (await reportKeys(document, { keyUse, algorithms: settings.algorithms, metadata }));
  const { algorithms = settings.algorithms ?? (["RS256"] as const), keysWithoutAlg } = keys ?? {};
  const proposal = propose({
    settings,
    metadata,
    discovery: discovered.chosen?.discovery,
    keys: { algorithms, keysWithoutAlg },
    claims,
  });
  checkOidcOptions(proposal.options);
  return { settings, discovered, keys, proposal, problem: problemOf(discovered, keys) };
}

function problemOf({ metadata, chosen, issuerProblem, keys }: Discovered, report: KeyReport | undefined): string | undefined {
  if (metadata.length > 0 && chosen === undefined) return "its metadata cannot be read";
  if (issuerProblem !== undefined) return "its metadata names another issuer";
  if (keys?.problem !== undefined || report?.problem !== undefined) return "its keys cannot be read";
  return report?.keys.some(({ verifies }) => verifies !== undefined) === true ? undefined : "it has no key that can be used";
}

function issuerResult(known: Known, { columns }: Context): Result {
  const { problem } = known;
  const end = problem === undefined ? "it works." : `it does not work: ${problem}.`;
  return {
    text: [
      ...reportOf(known, columns),
      // Settings for an issuer that does not work would only be copied.
      ...(problem === undefined ? declarationLines(known, columns) : []),
      ...wrapped("Result    ", end, columns),
    ].join("\n"),
    json: jsonOf(known),
    isWrong: problem !== undefined,
  };
}

function undecided(known: Known, { columns }: Context): Result {
  const end = `refused: the issuer does not work, because ${known.problem}.`;
  return {
    text: [...reportOf(known, columns), ...wrapped("Result    ", end, columns)].join("\n"),
    json: { ...jsonOf(known), token: { isAccepted: false, reason: known.problem } },
    isWrong: true,
  };
}

async function jwtResult(token: string, known: Known, { columns, clock }: Context): Promise<Result> {
  const { proposal, discovered } = known;
  const document = discovered.keys?.document;
  if (document === undefined) throw new Unavailable("The issuer has no keys");
  const verdict = await judgeToken(token, proposal, document, clock);
  const reason = verdict.refusal ?? verdict.mapRefusal;
  const hint = proposal.isAudienceKnown ? "" : " Pass --audience to check whom it is for.";
  const end =
    reason === undefined
      ? `accepted${proposal.isBound ? " with a proof of its key" : ""}, as ${verdict.caller?.id}.`
      : `refused: ${reason}.${hint}`;
  const lines = tokenLines({ verdict, proposal, nowMs: clock() }, columns);
  const { explanation, caller, advice, stillRefused } = verdict;
  // A rule that is made of a token which somebody else wrote would let that somebody in.
  const proposed = verdict.refusal === undefined ? known : await describe(known.settings, discovered, {});
  return {
    text: [...lines, ...declarationLines(proposed, columns), ...wrapped("Result    ", end, columns)].join("\n"),
    json: {
      ...jsonOf(proposed),
      token: {
        form: "jwt",
        isAccepted: reason === undefined,
        reason,
        header: explanation.header,
        claims: explanation.claims,
        verdicts: explanation.verdicts,
        caller: caller && { ...caller, claims: undefined },
        advice,
        stillRefused,
      },
    },
    isWrong: reason !== undefined,
  };
}

interface Asking {
  readonly given: Arguments;
  readonly context: Context;
}

async function opaqueResult(token: string, known: Known, { given, context }: Asking): Promise<Result> {
  const { settings, proposal, discovered } = known;
  const isAsked = given.has("introspect");
  const client = { clientId: settings.clientId, clientSecret: context.env["AUTH_CLIENT_SECRET"] };
  const reason = isAsked
    ? await askAbout(token, { ...proposal.options, clock: context.clock }, client)
    : "an opaque token, and no introspection is configured";
  const lines = opaqueLines(discovered.chosen?.document ?? {}, settings, context.columns);
  const end = reason === undefined ? "accepted: the issuer says that it is active." : `refused: ${reason}.`;
  return {
    text: [...lines, ...wrapped("Result    ", end, context.columns)].join("\n"),
    json: { ...jsonOf(known), token: { form: "opaque", isAccepted: reason === undefined, reason } },
    isWrong: reason !== undefined,
  };
}

function reportOf({ settings, discovered, keys, proposal, problem }: Known, columns: number): readonly string[] {
  const { provider } = proposal;
  return issuerLines({ issuer: settings.issuer, discovered, keys, provider, works: problem === undefined }, columns);
}

function declarationLines({ proposal, settings }: Known, columns: number): readonly string[] {
  const declaration = declarationOf(proposal);
  const indented = declaration.split("\n").map((line) => (line === "" ? "" : `  ${line}`));
  const hasPlaces = declaration.includes("<");
  return [
    "Declaration",
    ...(hasPlaces ? wrapped("  // ", "Replace the texts in <angle brackets>.", columns) : []),
    ...indented,
    "",
    "Environment of the reference applications",
    ...environmentLines(proposal, settings).map((line) => `  ${line}`),
    "",
  ];
}

function jsonOf({ settings, discovered, keys, proposal, problem }: Known): Readonly<Record<string, unknown>> {
  const metadata = discovered.chosen?.document ?? {};
  return {
    issuer: settings.issuer,
    works: problem === undefined,
    problem: discovered.issuerProblem ?? problem,
    provider: proposal.provider.name,
    discovery: discovered.metadata.map(({ name, url, problem: why }) => ({ name, url, problem: why })),
    endpoints: endpointsOf(metadata),
    abilities: Object.fromEntries(abilitiesOf(metadata).map(({ name, isThere }) => [name, isThere])),
    keys: { url: discovered.keys?.url, problem: discovered.keys?.problem ?? keys?.problem, keys: keys?.keys ?? [] },
    options: proposal.shown,
    map: { name: proposal.provider.map, options: proposal.mapOptions },
    declaration: declarationOf(proposal),
    environment: environmentOf(proposal, settings),
  };
}

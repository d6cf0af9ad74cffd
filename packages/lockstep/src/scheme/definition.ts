/**
 * Checks the definition of a scheme when it is built. Each member says something about the same credential, so two that
 * contradict each other are a mistake: a cookie that browsers do not attach has no cross-site rule, and a header that the
 * document calls otherwise is never sent.
 */
import type { SenderRule } from "../dependency/presented-token.ts";
import type { Ambient, CheckedScheme, SchemeDefinition } from "../dependency/scheme-definition.ts";
import { isPrintable, isToken } from "../http/token.ts";
import { defined } from "../json/member.ts";
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { checkSchemeName, checkScopes } from "./option.ts";

const known: KnownOptions<SchemeDefinition> = {
  name: true,
  place: true,
  ambient: true,
  scopes: true,
  extract: true,
  challenge: true,
  freshChallenge: true,
  maxCredentialBytes: true,
  openapi: true,
};
const places = /^(?:certificate|(?:authorization|header|cookie|query) [!-~]+)$/;
const ambients: readonly unknown[] = ["cookie", "browser", false] satisfies readonly Ambient[];
/** OpenAPI 3.1 §4.8.27. */
const types: readonly unknown[] = ["apiKey", "http", "mutualTLS", "oauth2", "openIdConnect"];
/** Browsers remember these for a site and attach them to its requests, also to those that another site causes. */
const remembered: ReadonlySet<string> = new Set(["basic", "digest", "negotiate", "ntlm"]);

/**
 * Checks a definition, which may come from JavaScript. Its records are frozen copies afterwards.
 *
 * @throws BuildError `wrong_option`, `wrong_scheme`
 */
export function checkDefinition(definition: SchemeDefinition, sender?: SenderRule): Omit<CheckedScheme, "documented"> {
  checkOptions<SchemeDefinition>("scheme()", definition, known);
  const { place, extract, challenge, freshChallenge = false, maxCredentialBytes } = definition;
  const name = checkSchemeName("scheme", definition.name);
  const scopes = checkScopes("scheme", definition.scopes);
  const where = `scheme() "${name}"`;
  check(typeof extract === "function" && typeof challenge === "function", `${where}: extract and challenge are functions`);
  check(typeof freshChallenge === "boolean", `${where}: set freshChallenge to true or false`);
  check(
    maxCredentialBytes === undefined || Number.isSafeInteger(maxCredentialBytes),
    `${where}: set maxCredentialBytes to a whole number of bytes`,
  );
  const openapi: Readonly<Record<string, unknown>> = defined({ ...definition.openapi });
  check(
    types.includes(openapi["type"]),
    `${where}: set openapi to a Security Scheme Object, with one of the types ${types.join(", ")}`,
  );
  checkPlace(place, where);
  checkAmbient(definition, where);
  const contradiction = contradictionOf(place, openapi, sender);
  check(contradiction === undefined, `${where}: ${contradiction}`);
  // A challenge that cannot be written fails here. A fresh one may be counted by the application: nobody would answer it.
  if (!freshChallenge) checkedChallenges(name, definition.challenge({ realm: "api" }));
  return { ...definition, name, scopes, openapi: Object.freeze(openapi), freshChallenge, sender };
}

function checkPlace(place: string, where: string): void {
  check(
    typeof place === "string" && places.test(place),
    `${where}: write the place as in "header x-api-key" or "authorization bearer"`,
  );
  const [kind, name = ""] = place.split(" ");
  if (kind !== "header" && kind !== "authorization") return;
  check(isToken(name), `${where}: write a token after "${kind}", without separators: a header cannot hold other names`);
  check(name === name.toLowerCase(), `${where}: write the place in lower case, as "${place.toLowerCase()}"`);
  check(
    kind !== "header" || (name !== "authorization" && name !== "cookie"),
    `${where}: write the place as in "authorization bearer" or "cookie session": two schemes of one header are told apart`,
  );
}

function checkAmbient({ place, ambient }: SchemeDefinition, where: string): void {
  check(ambients.includes(ambient), `${where}: set ambient to "cookie", "browser" or false`);
  const [kind, name = ""] = place.split(" ");
  check(kind !== "cookie" || ambient === "cookie", `${where}: set ambient to "cookie": a browser attaches a cookie by itself`);
  const isRemembered = kind === "certificate" || (kind === "authorization" && remembered.has(name));
  check(!isRemembered || ambient !== false, `${where}: set ambient to "browser": a browser attaches this credential by itself`);
}

/** Says what to write where the document names another place than the scheme reads. */
function contradictionOf(
  place: string,
  openapi: Readonly<Record<string, unknown>>,
  sender: SenderRule | undefined,
): string | undefined {
  const { type, scheme, name } = openapi;
  const of = place.slice(place.indexOf(" ") + 1);
  const [kind] = place.split(" ");
  if (type === "mutualTLS") return kind === "certificate" ? undefined : `set place to "certificate", or openapi to what is read`;
  if (type === "http") {
    if (typeof scheme !== "string" || !isToken(scheme)) return `name the scheme in openapi: { type: "http", scheme: "bearer" }`;
    // Tokens with a proof are read in the place of bearer tokens, so a bearer token is present there and refused.
    if (sender?.method === "dpop" && scheme === "dpop" && place === "authorization bearer") return undefined;
    const is = `authorization ${scheme.toLowerCase()}`;
    return place === is ? undefined : `set place to "${is}", or openapi to what is read: they name two places`;
  }
  if (type !== "apiKey") return undefined;
  if (typeof name !== "string" || name === "")
    return `name the parameter in openapi: { type: "apiKey", in: "header", name: "X-Key" }`;
  const isHeader = openapi["in"] === "header";
  if (kind === "authorization" && isHeader && name.toLowerCase() === "authorization") return undefined;
  const isSame = openapi["in"] === kind && (isHeader ? name.toLowerCase() : name) === of;
  return isSame ? undefined : `let place and openapi name the same place: "${place}" is not the ${String(openapi["in"])} "${name}"`;
}

/**
 * Returns challenges, if headers can hold them.
 *
 * @throws BuildError `wrong_scheme`
 */
export function checkedChallenges(name: string, challenges: unknown): string | readonly string[] {
  if (!Array.isArray(challenges)) return checkedChallenge(name, challenges);
  return challenges.map((challenge: unknown) => checkedChallenge(name, challenge));
}

function checkedChallenge(name: string, challenge: unknown): string {
  if (typeof challenge === "string" && isPrintable(challenge) && isToken(challenge.split(" ")[0] ?? "")) return challenge;
  throw new BuildError(
    "wrong_scheme",
    `scheme() "${name}": return one challenge from challenge(), as buildChallenge() writes it: printable ASCII that begins with a scheme`,
  );
}

function check(holds: boolean, advice: string): void {
  if (!holds) throw new BuildError("wrong_scheme", advice);
}

/** Writes the settings for an issuer: as TypeScript to paste, and as the variables of the reference applications. */
import type { JsonObject } from "../../json/strict-json.ts";
import { profiles } from "../../oidc/provider/profile.ts";
import { isAbsent } from "../../json/member.ts";
import { Code, literal, record } from "./literal.ts";
import type { Proposal } from "./proposal.ts";
import type { Settings } from "./settings.ts";

/** The functions that make the ready maps, where their name is not that of the map. */
const functions: Readonly<Record<string, string>> = {
  "github-actions": "githubActions",
  "cloudflare-access": "cloudflareAccess",
};

/** The scheme of tokens that are bound to a key. */
const boundScheme = `export const token = httpBearer({
  senderConstraint: dpop({ replays: memoryProofReplays(), required: true }),
});`;

/** The declaration of a verifier and its callers. */
export function declarationOf({ shown, provider, mapOptions, isBound }: Proposal): string {
  const map = functions[provider.map] ?? provider.map;
  const imported = ["claims", map, "oidc"].toSorted().join(", ");
  const readsFiles = Object.values(shown).some((value) => value instanceof Code);
  const argument =
    Object.keys(mapOptions).length === 0 ? "" : literal(mapOptions, "", `const callers = claims({ map: ${map}( }`.length);
  const call = `export const callers = claims({ issuer: accessTokens, map: ${map}(${argument}) });`;
  const long = `export const callers = claims({\n  issuer: accessTokens,\n  map: ${map}(${literal(mapOptions, "  ", 12)}),\n});`;
  return [
    ...(readsFiles ? ['import { readFileSync } from "node:fs";'] : []),
    ...(isBound ? ['import { httpBearer } from "lockstep";', 'import { dpop, memoryProofReplays } from "lockstep/jwt";'] : []),
    `import { ${imported} } from "lockstep/oidc";`,
    "",
    `const accessTokens = oidc(${record(shown)});`,
    call.length <= 100 && !call.includes("\n") ? call : long,
    ...(isBound ? [boundScheme] : []),
  ].join("\n");
}

/**
 * The environment variables of the reference applications for these settings, without secrets. A variable that would say the
 * same as the profile of the provider is left out.
 */
export function environmentOf(proposal: Proposal, settings: EnvironmentSettings): Readonly<Record<string, string>> {
  const { options, provider, workload } = proposal;
  const { grants: _grants, ...mapOptions } = proposal.mapOptions;
  const { issuer, audience, requiredClaims, discoveryUrl, jwksUrl } = options;
  const { typ, options: ofProfile, scopes: granted } = profiles[provider.map];
  const { extraAudiences } = ofProfile?.({ issuer, hasKeysUrl: jwksUrl !== undefined }) ?? {};
  const words = {
    AUTH_ISSUER: issuer,
    AUTH_AUDIENCE: audienceWords(audience),
    AUTH_CLAIMS: provider.map,
    AUTH_CLAIMS_OPTIONS: workload !== undefined || Object.keys(mapOptions).length === 0 ? undefined : JSON.stringify(mapOptions),
    AUTH_SUBJECTS: workload ?? wordsOf(requiredClaims?.["sub"]),
    AUTH_GRANTS: wordsOf(settings.scopes.length === 0 || granted === undefined ? undefined : settings.scopes),
    AUTH_TOKEN_TYPE: unlessSame(options.typ, typ),
    AUTH_EXTRA_AUDIENCES: unlessSame(options.extraAudiences, extraAudiences),
    AUTH_DPOP: proposal.isBound ? "required" : undefined,
    AUTH_AUTHORIZED_PARTIES: wordsOf(options.authorizedParties),
    AUTH_TENANTS: wordsOf(options.tenants),
    AUTH_DISCOVERY_URL: discoveryUrl,
    AUTH_JWKS_URL: jwksUrl,
    AUTH_CLIENT_ID: settings.clientId,
    AUTH_PRIVATE_HOSTS: wordsOf(options.allowPrivateHosts),
    AUTH_KEYS_TOKEN_FILE: settings.files.bearer,
    // Node reads it. The connection to the issuer then trusts the authority, too.
    NODE_EXTRA_CA_CERTS: settings.files.ca,
    AUTH_ALLOW_LOOPBACK_ISSUER: options.allowLoopback === true ? "1" : undefined,
  };
  return Object.fromEntries(Object.entries(words).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** The settings that only the environment needs. */
export type EnvironmentSettings = Pick<Settings, "clientId" | "scopes" | "files">;

function unlessSame(value: unknown, ofProfile: unknown): string | undefined {
  return JSON.stringify(value) === JSON.stringify(ofProfile) ? undefined : wordsOf(value);
}

/** The environment variables as lines that a shell reads. */
export function environmentLines(...about: Parameters<typeof environmentOf>): readonly string[] {
  return Object.entries(environmentOf(...about)).map(([name, value]) => `${name}=${quoted(value)}`);
}

function quoted(value: string): string {
  return /^[\w./:@!+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** The names of the API, or the clients in their place; none for tokens that name neither. */
function audienceWords(audience: Proposal["options"]["audience"]): string | undefined {
  if (typeof audience === "string") return audience;
  if ("length" in audience) return audience.join(" ");
  return "clientId" in audience ? audience.clientId.join(" ") : undefined;
}

/** A member of the metadata that lists texts. */
export function listIn(metadata: JsonObject, name: string): readonly unknown[] {
  const value = metadata[name];
  return Array.isArray(value) && !isAbsent(value) ? value : [];
}

/** `absent` is the case that the member is not there. */
function wordsOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return [value]
    .flat()
    .map((each: unknown) => (typeof each === "string" ? each : "absent"))
    .join(" ");
}

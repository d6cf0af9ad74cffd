/** The settings for an issuer: the options of `oidc()`, those of the claims map, and how both are written. */
import type { JsonObject } from "../../json/strict-json.ts";
import { BuildError } from "../../problem/error.ts";
import { profiles } from "../../oidc/provider/profile.ts";
import type { ClaimsMap } from "../../oidc/claims/caller.ts";
import { readyMap } from "../../oidc/claims/ready-map.ts";
import type { KeysPlace, OidcOptions, SignedOptions, TenantOptions } from "../../oidc/oidc-options.ts";
import type { Discovery } from "../../token/issuer-metadata.ts";
import type { ExpectedType } from "../../token/token-type.ts";
import { WrongUsage } from "../failure.ts";
import type { KeyReport } from "./key-report.ts";
import { Code } from "./literal.ts";
import { type Known, type MapOptions, optionsFor, type Provider, providerOf, providerWithMap } from "./provider.ts";
import type { Settings } from "./settings.ts";

/** The options of `oidc()` that the command proposes. */
export type VerifierOptions = OidcOptions & (SignedOptions | TenantOptions);

/** The settings for an issuer. */
export interface Proposal {
  readonly provider: Provider;
  readonly options: VerifierOptions;
  /** The options as they are printed: with the names of files in place of their content. */
  readonly shown: Readonly<Record<string, unknown>>;
  readonly map: ClaimsMap;
  readonly mapOptions: MapOptions;
  /** The subject that may call, if the provider is a platform of workloads. */
  readonly workload: string | undefined;
  /** Whether tokens have to be bound to a key. */
  readonly isBound: boolean;
  /** Whether a person named the audience. Otherwise it is a placeholder, unless the provider's is always the same. */
  readonly isAudienceKnown: boolean;
}

/** What a proposal is made of. */
export interface ProposalParts {
  readonly settings: Settings;
  /** The metadata of the issuer; empty if there is none. */
  readonly metadata: JsonObject;
  /** The kind of metadata, if it was found in the usual place. */
  readonly discovery: Discovery | undefined;
  readonly keys: Pick<KeyReport, "algorithms" | "keysWithoutAlg">;
  /** The claims of a token; empty if there is none. */
  readonly claims: JsonObject;
}

/**
 * The provider of an issuer: the one whose map was named, or the one that recognises it.
 *
 * @throws WrongUsage for a map that does not exist
 */
export function chosenProvider({ map, issuer }: Settings, metadata: JsonObject): Provider {
  if (map === undefined) return providerOf(issuer, metadata);
  const provider = providerWithMap(map, issuer, metadata);
  if (provider !== undefined) return provider;
  // It lists the names.
  throw new WrongUsage(`Set --claims to a ready map. ${messageOf(() => readyMap(map))}`);
}

/**
 * Proposes the settings.
 *
 * @throws WrongUsage for options of the map that it does not have
 */
export function propose({ settings, metadata, discovery, keys, claims }: ProposalParts): Proposal {
  const provider = chosenProvider(settings, metadata);
  const known: Known = {
    issuer: settings.issuer,
    audience: settings.audience?.[0] ?? "<the name of your API>",
    clientId: settings.clientId ?? "<the client id>",
    scopes: settings.scopes,
    claims,
  };
  const { place: _place, ...ofProvider } = optionsFor(provider, known, settings.jwksUrl !== undefined);
  const { audience, isAudienceKnown } = audienceOf(settings, ofProvider.audience, known);
  const ofTokens = {
    ...ofProvider,
    ...defined({
      typ: oneOrMore(settings.typ),
      extraAudiences: settings.extraAudiences,
      authorizedParties: settings.authorizedParties,
      keysWithoutAlg: keys.keysWithoutAlg,
    }),
    ...(settings.withoutSubject !== undefined && { withoutSubject: { claim: settings.withoutSubject, prefix: "client:" } }),
    ...(settings.subjects && { requiredClaims: { ...ofProvider.requiredClaims, sub: settings.subjects } }),
  };
  const { typ = profiles[provider.map].typ, ...others } = ofTokens;
  // A list of audiences that a person named leaves no room for others of the provider that mean "no aud".
  const { extraAudiences, ...withoutExtra } = others;
  const hasAudience = typeof audience === "string" || "length" in audience;
  const rest = hasAudience && extraAudiences !== undefined ? { ...withoutExtra, extraAudiences } : withoutExtra;
  const common = { issuer: settings.issuer, audience, algorithms: keys.algorithms, typ, ...rest, ...placeOf(settings, discovery) };
  const { tenants } = settings;
  const mapOptions = { ...provider.mapOptions?.(known), ...settings.mapOptions };
  return {
    provider,
    // With `tenants`, nothing else is an option of `SignedOptions` only.
    options: { ...common, ...settings.outbound, ...(tenants && { tenants }) } as VerifierOptions,
    shown: { ...common, ...(tenants && { tenants }), ...shownOutbound(settings) },
    map: mapOf(provider, mapOptions),
    mapOptions,
    workload: provider.workload?.(known),
    isBound: settings.isBound,
    isAudienceKnown,
  };
}

function audienceOf(
  { audience: named, clientId }: Settings,
  ofProvider: SignedOptions["audience"] | undefined,
  known: Known,
): { readonly audience: SignedOptions["audience"]; readonly isAudienceKnown: boolean } {
  if (named !== undefined) return { audience: named.length === 1 ? named[0] : named, isAudienceKnown: true };
  if (ofProvider === undefined) return { audience: known.audience, isAudienceKnown: false };
  const namesClient = typeof ofProvider === "object" && "clientId" in ofProvider;
  return { audience: ofProvider, isAudienceKnown: !namesClient || clientId !== undefined };
}

function placeOf({ jwksUrl, discoveryUrl }: Settings, discovery: Discovery | undefined): KeysPlace {
  if (jwksUrl !== undefined) return { jwksUrl };
  if (discoveryUrl !== undefined) return { discoveryUrl };
  return discovery === "oauth" ? { discovery } : {};
}

/** The settings with the place of the keys that the provider of the issuer needs, if nobody named another one. */
export function withPlace(settings: Settings): Settings {
  const { jwksUrl, discoveryUrl, issuer } = settings;
  if (jwksUrl !== undefined || discoveryUrl !== undefined) return settings;
  const known: Known = { issuer, audience: "", clientId: "", scopes: [], claims: {} };
  const { place = {} } = chosenProvider(settings, {}).options?.(known) ?? {};
  return { ...settings, jwksUrl: place.jwksUrl, discoveryUrl: place.discoveryUrl };
}

/** Files are read by the program, so the declaration holds no token and no certificate. */
function shownOutbound({ outbound, files }: Settings): Readonly<Record<string, unknown>> {
  const { ca: _ca, headers: _headers, ...plain } = outbound;
  const read = (path: string): string => `readFileSync(${JSON.stringify(path)}, "utf8")`;
  return {
    ...plain,
    ...(files.ca !== undefined && { ca: new Code(read(files.ca)) }),
    ...(files.bearer !== undefined && {
      headers: new Code(`() => ({\n    authorization: \`Bearer \${${read(files.bearer)}.trim()}\`,\n  })`),
    }),
  };
}

function mapOf({ map }: Provider, options: MapOptions): ClaimsMap {
  try {
    // Each of these functions checks its options.
    return (readyMap(map) as (options: MapOptions) => ClaimsMap)(options);
  } catch (error) {
    if (error instanceof BuildError) throw new WrongUsage(`Change --map: ${error.message}`);
    throw error;
  }
}

function messageOf(work: () => unknown): string {
  try {
    work();
    return "";
  } catch (error) {
    if (error instanceof BuildError) return error.message;
    throw error;
  }
}

/** One type is written without a list. */
function oneOrMore(types: Settings["typ"]): ExpectedType | undefined {
  return types?.length === 1 ? types[0] : types;
}

function defined<T extends Readonly<Record<string, unknown>>>(values: T): { [N in keyof T]?: Exclude<T[N], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  // Those that are left are not `undefined`.
  return Object.fromEntries(entries) as { [N in keyof T]?: Exclude<T[N], undefined> };
}

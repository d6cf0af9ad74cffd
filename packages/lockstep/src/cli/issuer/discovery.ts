/** Fetches the metadata and the keys of an issuer, with the fetcher of `oidc()`, and says what is wrong with them. */
import type { JsonObject } from "../../json/strict-json.ts";
import { Unavailable } from "../../problem/error.ts";
import { type Discovery, metadataUrl } from "../../token/issuer-metadata.ts";
import { fetchJsonObject } from "../../token/outbound.ts";
import { printable } from "../output.ts";
import { fetchProblem } from "./fetch-problem.ts";
import type { Settings } from "./settings.ts";

/** A document that was asked for. */
export interface Fetched {
  readonly name: string;
  readonly url: string;
  readonly document?: JsonObject;
  /** Why it is not there. */
  readonly problem?: string;
}

/** Everything that the issuer said about itself. */
export interface Discovered {
  /** The metadata that was asked for, in the order in which it is preferred. None with `--jwks-url`. */
  readonly metadata: readonly (Fetched & { readonly discovery: Discovery | undefined })[];
  /** The metadata that counts. */
  readonly chosen: (Fetched & { readonly discovery: Discovery | undefined; readonly document: JsonObject }) | undefined;
  /** Why the issuer that the metadata names is a problem. */
  readonly issuerProblem: string | undefined;
  readonly keys: Fetched | undefined;
}

/** Asks the issuer. Never throws because of it: its problems are in the result. */
export async function discover(settings: Settings): Promise<Discovered> {
  const { jwksUrl, issuer } = settings;
  if (jwksUrl !== undefined) {
    return { metadata: [], chosen: undefined, issuerProblem: undefined, keys: await fetched("Keys", jwksUrl, settings) };
  }
  const places = placesOf(settings);
  const metadata = await Promise.all(
    places.map(async ({ name, url, discovery }) => ({ ...(await fetched(name, url, settings)), discovery })),
  );
  const chosen = metadata.find((each): each is NonNullable<Discovered["chosen"]> => each.document !== undefined);
  if (chosen === undefined) return { metadata, chosen, issuerProblem: undefined, keys: undefined };
  const named = chosen.document["issuer"];
  const issuerProblem = named === issuer ? undefined : wrongIssuer(named, issuer);
  return { metadata, chosen, issuerProblem, keys: await keysOf(chosen.document, chosen.url, settings) };
}

interface Place {
  readonly name: string;
  readonly url: string;
  readonly discovery: Discovery | undefined;
}

function placesOf({ issuer, discoveryUrl }: Settings): readonly Place[] {
  if (discoveryUrl !== undefined) return [{ name: "metadata", url: discoveryUrl, discovery: undefined }];
  return [
    { name: "OpenID Connect", url: metadataUrl(issuer, "oidc"), discovery: "oidc" },
    { name: "RFC 8414", url: metadataUrl(issuer, "oauth"), discovery: "oauth" },
  ];
}

async function fetched(name: string, url: string, { outbound }: Settings, named: string = url): Promise<Fetched> {
  try {
    return { name, url, document: await fetchJsonObject(url, outbound, named) };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { name, url, problem: fetchProblem(error, url) };
  }
}

/** The keys are read also if the metadata names another issuer, so everything that is wrong is said at once. */
async function keysOf(metadata: JsonObject, metadataAt: string, settings: Settings): Promise<Fetched> {
  const url = metadata["jwks_uri"];
  if (typeof url === "string") return fetched("Keys", url, settings, metadataAt);
  return { name: "Keys", url: "", problem: "the metadata has no `jwks_uri`, so no JWT of this issuer can be verified" };
}

/** Shows both names: a difference of one character is hard to see. */
function wrongIssuer(named: unknown, issuer: string): string {
  if (typeof named !== "string") return "The metadata names no issuer, so `oidc()` refuses it (RFC 8414 §3.3).";
  const both = `The metadata names another issuer, so \`oidc()\` refuses it (RFC 8414 §3.3). You passed ${issuer} and it names ${printable(named)}.`;
  if (named.includes("{tenantid}")) {
    return `${both} That is a template for all tenants: pass the issuer of one tenant, or the template with --tenants.`;
  }
  if (named === `${issuer}/` || `${named}/` === issuer) {
    return `${both} They differ in the slash at the end, which counts: use the second one, also in AUTH_ISSUER.`;
  }
  return `${both} If tokens have the second one in \`iss\`, pass that one, and this metadata with --discovery-url.`;
}

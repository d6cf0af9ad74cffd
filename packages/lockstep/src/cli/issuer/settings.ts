/** Reads the command line of `lockstep issuer`. */
import { readFile } from "node:fs/promises";
import { publicKeyAlgorithms, type PublicKeyAlgorithm } from "../../token/algorithm.ts";
import type { AuthorizedParties, ExtraAudiences } from "../../token/audience.ts";
import type { OutboundOptions } from "../../token/outbound.ts";
import type { Absent } from "../../token/token-type.ts";
import { tenantPlace } from "../../oidc/oidc-options.ts";
import type { Arguments } from "../arguments.ts";
import type { Option } from "../command.ts";
import { reasonOf, WrongUsage } from "../failure.ts";
import type { MapOptions } from "./provider.ts";

/** The settings of one call. `undefined` is a setting that nobody said. */
export interface Settings {
  readonly issuer: string;
  readonly discoveryUrl: string | undefined;
  readonly jwksUrl: string | undefined;
  readonly outbound: OutboundOptions;
  /** The files of `outbound`, as they were named. */
  readonly files: { readonly ca: string | undefined; readonly bearer: string | undefined };
  readonly audience: readonly [string, ...string[]] | undefined;
  readonly clientId: string | undefined;
  readonly map: string | undefined;
  readonly mapOptions: MapOptions;
  readonly typ: readonly [string | Absent, ...(string | Absent)[]] | undefined;
  readonly algorithms: readonly [PublicKeyAlgorithm, ...PublicKeyAlgorithm[]] | undefined;
  readonly extraAudiences: ExtraAudiences | undefined;
  readonly authorizedParties: AuthorizedParties | undefined;
  readonly subjects: readonly [string, ...string[]] | undefined;
  /** The tenants of an issuer with `{tenantid}`. */
  readonly tenants: readonly [string, ...string[]] | undefined;
  /** Whether tokens have to be bound to a key (RFC 9449). */
  readonly isBound: boolean;
  /** The scopes of callers whose tokens have none. */
  readonly scopes: readonly string[];
  /** The claim that names the client in a token without `sub`. */
  readonly withoutSubject: string | undefined;
}

/** The options about the issuer and its tokens. */
export const settingsOptions: Readonly<Record<string, Option>> = {
  "discovery-url": { value: "URL", about: "The address of the metadata, if it is not below the issuer" },
  "jwks-url": { value: "URL", about: "The address of the keys, for an issuer without metadata" },
  ca: { value: "FILE", about: "Certificates in PEM to trust, for an issuer with a private certificate authority" },
  bearer: { value: "FILE", about: "A file with a token to send when fetching (Kubernetes)" },
  "allow-private": { value: "HOST", about: "A host that may be in a private network; can be repeated", isRepeated: true },
  "allow-loopback": { about: "Allow an issuer on this machine, over http too, for development" },
  audience: { value: "NAMES", about: "The name of your API in `aud`, or several" },
  "client-id": { value: "ID", about: "The client of your API, or of the programs that call it" },
  claims: { value: "MAP", about: "The ready map, such as keycloak, instead of the one that fits the issuer" },
  map: { value: "NAME=VALUE", about: "An option of the map, such as client=notes; can be repeated", isRepeated: true },
  typ: { value: "TYPES", about: "The `typ` of access tokens: at+jwt, JWT, absent, or several" },
  algorithms: { value: "NAMES", about: "The algorithms to allow, instead of those of the keys" },
  "extra-audiences": { value: "NAMES", about: "Audiences that a token may have beside your API, or allow" },
  "authorized-parties": { value: "IDS", about: "The clients that a token may be issued to (`azp`); absent for a token without it" },
  subjects: { value: "NAMES", about: "The only values of `sub` that are accepted" },
  tenants: { value: "IDS", about: "The tenants of Microsoft Entra, for an issuer with {tenantid}" },
  dpop: { about: "Accept only tokens that are bound to a key of the client (DPoP)" },
  scopes: { value: "NAMES", about: "The scopes of callers whose tokens have none, and of a workload" },
  "without-subject": { value: "CLAIM", about: "The claim that names the client in a token without `sub`, such as client_id" },
};

/**
 * Reads the settings, and the files that they name.
 *
 * @throws WrongUsage
 */
export async function readSettings(given: Arguments): Promise<Settings> {
  const [ca, bearer] = [given.text("ca"), given.text("bearer")];
  const settings = {
    issuer: given.at(0),
    discoveryUrl: given.text("discovery-url"),
    jwksUrl: given.text("jwks-url"),
    files: { ca, bearer },
    audience: given.words("audience"),
    clientId: given.text("client-id"),
    map: given.text("claims"),
    mapOptions: mapOptionsOf(given.each("map")),
    typ: orAbsent(given.words("typ")),
    algorithms: algorithmsOf(given.words("algorithms")),
    extraAudiences: extraAudiencesOf(given.words("extra-audiences")),
    authorizedParties: orAbsent(given.words("authorized-parties")),
    subjects: given.words("subjects"),
    tenants: given.words("tenants"),
    isBound: given.has("dpop"),
    scopes: given.words("scopes") ?? [],
    withoutSubject: given.text("without-subject"),
  };
  checkIssuer(settings);
  const privateHosts = given.each("allow-private");
  const outbound: OutboundOptions = {
    ...(given.has("allow-loopback") && { allowLoopback: true }),
    ...(privateHosts.length > 0 && { allowPrivateHosts: privateHosts }),
    ...(ca !== undefined && { ca: await textOfFile("--ca", ca) }),
    ...(bearer !== undefined && { headers: { authorization: `Bearer ${(await textOfFile("--bearer", bearer)).trim()}` } }),
  };
  return { ...settings, outbound };
}

type Named = Pick<Settings, "issuer" | "jwksUrl" | "discoveryUrl" | "tenants">;

function checkIssuer({ issuer, jwksUrl, discoveryUrl, tenants }: Named): void {
  if ((tenants === undefined) === issuer.includes(tenantPlace)) {
    throw new WrongUsage(`Use --tenants with an issuer that contains ${tenantPlace}, and only with such a one`);
  }
  if (jwksUrl !== undefined && discoveryUrl !== undefined) {
    throw new WrongUsage("Pass --jwks-url or --discovery-url, and not both: they say in two ways where the keys are");
  }
  if (issuer.includes("/.well-known/")) {
    throw new WrongUsage(
      "Pass the issuer, which is the part before /.well-known/. If the metadata names another issuer, pass that one, and this address with --discovery-url",
    );
  }
  if (jwksUrl !== undefined) return;
  if (!/^https?:\/\//.test(issuer) || !URL.canParse(issuer)) {
    throw new WrongUsage(
      "Pass the issuer as a URL, exactly as `iss` in its tokens, for example https://login.example.com. For an issuer that is not a URL, add --jwks-url",
    );
  }
  const { search, hash } = new URL(issuer);
  if (search !== "" || hash !== "") throw new WrongUsage("Pass the issuer without a query and a fragment (RFC 8414 §2)");
}

async function textOfFile(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new WrongUsage(`Pass ${option} a file that can be read: ${reasonOf(error)}`);
  }
}

/** `absent` is the case that the member is not there. */
function orAbsent(words: readonly [string, ...string[]] | undefined): Settings["typ"] {
  if (words === undefined) return undefined;
  const [first, ...others] = words.map((word) => (word === "absent" ? ({ absent: true } as const) : word));
  return first === undefined ? undefined : [first, ...others];
}

function extraAudiencesOf(words: readonly [string, ...string[]] | undefined): ExtraAudiences | undefined {
  return words?.length === 1 && words[0] === "allow" ? "allow" : words;
}

function algorithmsOf(words: readonly string[] | undefined): Settings["algorithms"] {
  if (words === undefined) return undefined;
  const known = words.map((word) => publicKeyAlgorithms.find((each) => each === word));
  const [first, ...others] = known.filter((each) => each !== undefined);
  if (first !== undefined && others.length + 1 === words.length) return [first, ...others];
  throw new WrongUsage(`Set --algorithms to some of: ${publicKeyAlgorithms.join(", ")}`);
}

/** A value with commas is a list; `true` and `false` are switches. */
function mapOptionsOf(pairs: readonly string[]): MapOptions {
  const entries = pairs.map((pair) => {
    const [, name, value] = /^(\w+)=(.+)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined)
      throw new WrongUsage("Write --map as NAME=VALUE, for example --map client=notes");
    if (value === "true" || value === "false") return [name, value === "true"] as const;
    return [name, value.includes(",") ? value.split(",") : value] as const;
  });
  return Object.fromEntries(entries);
}

/** Says in plain words what an issuer published, and what it means for an API. */
import type { JsonObject } from "../../json/strict-json.ts";
import { printable, rows, wrapped } from "../output.ts";
import { listIn } from "./declaration.ts";
import type { Discovered, Fetched } from "./discovery.ts";
import type { KeyReport } from "./key-report.ts";
import type { Provider } from "./provider.ts";
import { standardProvider } from "./standard-provider.ts";

/** An ability of an issuer: whether it has it, and what that means. */
export interface Ability {
  readonly name: string;
  readonly isThere: boolean;
  /** The consequence of having it, or of not having it. */
  readonly meaning: string;
}

/** The endpoints that matter, by their names for people. */
const endpoints: Readonly<Record<string, string>> = {
  authorization: "authorization_endpoint",
  token: "token_endpoint",
  introspection: "introspection_endpoint",
  revocation: "revocation_endpoint",
  "sign-out": "end_session_endpoint",
};

/** The addresses of an issuer, by the member of the metadata. */
export function endpointsOf(metadata: JsonObject): Readonly<Record<string, string>> {
  const found = Object.values(endpoints).map((member) => [member, metadata[member]] as const);
  return Object.fromEntries(found.flatMap(([member, url]) => (typeof url === "string" ? [[member, url]] : [])));
}

/** Everything that the metadata says the issuer can do. */
export function abilitiesOf(metadata: JsonObject): readonly Ability[] {
  const ability = (name: string, isThere: boolean, [has, lacks]: readonly [string, string]): Ability => ({
    name,
    isThere,
    meaning: isThere ? has : lacks,
  });
  const lists = (list: string, value: string): boolean => listIn(metadata, list).includes(value);
  const says = (member: string): boolean => metadata[member] === true;
  const sid = says("backchannel_logout_session_supported") ? ", by `sid` too" : "";
  return [
    ability("PKCE with S256", lists("code_challenge_methods_supported", "S256"), [
      "people can sign in from the documentation page",
      "the documentation page cannot sign people in safely",
    ]),
    ability("client credentials", lists("grant_types_supported", "client_credentials"), ["programs can call as themselves", ""]),
    ability("DPoP (RFC 9449)", listIn(metadata, "dpop_signing_alg_values_supported").length > 0, [
      "a token can be bound to a key of its client",
      "",
    ]),
    ability("mTLS-bound tokens (RFC 8705)", says("tls_client_certificate_bound_access_tokens"), [
      "a token can be bound to a certificate of its client",
      "",
    ]),
    ability("back-channel logout", says("backchannel_logout_supported"), [
      `signing out there can end tokens here${sid}`,
      "signing out there does not reach your API",
    ]),
    ability("introspection (RFC 7662)", typeof metadata["introspection_endpoint"] === "string", [
      "opaque tokens can be verified",
      "opaque tokens cannot be verified",
    ]),
  ];
}

/** What the report shows. */
export interface IssuerFacts {
  readonly issuer: string;
  readonly discovered: Discovered;
  readonly keys: KeyReport | undefined;
  readonly provider: Provider;
  /** Whether `oidc()` would work with it. */
  readonly works: boolean;
}

/** The lines about an issuer. */
export function issuerLines(facts: IssuerFacts, columns: number): readonly string[] {
  const { issuer, discovered, keys, provider, works } = facts;
  const metadata = discovered.chosen?.document;
  return [
    ...wrapped("Issuer    ", printable(issuer), columns),
    ...wrapped("Provider  ", nameOf(provider), columns),
    "",
    ...discoveryLines(discovered, columns),
    ...(metadata === undefined ? [] : endpointLines(metadata, columns)),
    ...keyLines(discovered.keys, keys, columns),
    ...(metadata === undefined ? [] : ["Abilities", ...rows(abilitiesOf(metadata).map(cellsOfAbility), columns), ""]),
    // About an issuer that was neither read nor recognised, nothing is known.
    ...(works || provider !== standardProvider ? providerLines(provider, columns) : []),
  ];
}

function nameOf(provider: Provider): string {
  if (provider === standardProvider) return "not recognised, so the settings are those of RFC 9068 (map rfc9068)";
  return `${provider.name} (map ${provider.map})`;
}

function providerLines(provider: Provider, columns: number): readonly string[] {
  return [
    ...wrapped("Tokens    ", provider.tokens, columns),
    ...wrapped("Sign-out  ", provider.signOut, columns),
    "",
    `Pitfalls (more in the manual: providers/${provider.page}.md)`,
    ...provider.pitfalls.flatMap((each) => wrapped("  - ", each, columns)),
    "",
  ];
}

function cellsOfAbility({ name, isThere, meaning }: Ability): readonly string[] {
  return [isThere ? "yes" : "no", name, meaning];
}

function discoveryLines({ metadata, chosen, issuerProblem }: Discovered, columns: number): readonly string[] {
  if (metadata.length === 0) return [];
  const verdict = issuerProblem ?? (chosen === undefined ? undefined : "The metadata names exactly this issuer.");
  return [
    "Discovery",
    ...metadata.flatMap((each) => fetchedLines(each, columns)),
    ...(verdict === undefined ? [] : wrapped(`  ${issuerProblem === undefined ? "ok" : "no"}  `, verdict, columns)),
    "",
  ];
}

function fetchedLines({ name, url, problem }: Fetched, columns: number): readonly string[] {
  const lines = wrapped(`  ${problem === undefined ? "ok" : "no"}  `, `${name}: ${printable(url)}`, columns);
  return problem === undefined ? lines : [...lines, ...wrapped("      ", problem, columns)];
}

function endpointLines(metadata: JsonObject, columns: number): readonly string[] {
  const found = endpointsOf(metadata);
  const cells = Object.entries(endpoints).map(([name, member]) => [name, printable(found[member] ?? "none")]);
  return ["Endpoints", ...rows(cells, columns), ""];
}

function keyLines(fetched: Fetched | undefined, report: KeyReport | undefined, columns: number): readonly string[] {
  if (fetched === undefined) return [];
  const problem = fetched.problem ?? report?.problem;
  if (problem !== undefined) return ["Keys", ...fetchedLines({ ...fetched, problem }, columns), ""];
  const cells = (report?.keys ?? []).map(({ kid, type, alg, use, verifies, problem: why }) => [
    verifies === undefined ? "no" : "ok",
    kid ?? "(no kid)",
    type,
    [alg ?? "no alg", use === undefined ? "no use" : `use ${use}`].join(", "),
    why ?? `verifies ${verifies}`,
  ]);
  return [
    `Keys      ${printable(fetched.url)}`,
    ...rows(cells, columns),
    "",
    `Allow     algorithms: ${report?.algorithms.join(", ") ?? ""}`,
    "",
  ];
}

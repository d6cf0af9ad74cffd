/** The identity provider that environment variables name: the one switch between embedded identity and a provider. */
import { BuildError } from "../../problem/error.ts";
import { secret } from "../../secret/redacted.ts";
import type { JwtVerifier } from "../../token/jwt-verifier.ts";
import { defaultLifetimeSeconds } from "../../token/verifier-options.ts";
import { byIssuer } from "../claims/by-issuer.ts";
import type { ClaimsMap } from "../claims/caller.ts";
import { readyMap, type ReadyMapName, readyMapNames } from "../claims/ready-map.ts";
import { issuers } from "../issuers.ts";
import { oidc } from "../oidc.ts";
import { type OidcOptions, tenantPlace } from "../oidc-options.ts";
import { type IdentityProvider, identityProvider } from "./identity-provider.ts";
import { profiles, type ProviderProfile } from "./profile.ts";
import { ofClients, withClients, withoutSubject } from "./narrowed-map.ts";
import { isWorkload, subjectsOfPeople, workloadMapOf } from "./subjects.ts";
import { algorithms, eventsOf } from "./event-sources.ts";
import { accessOf } from "./issuer-access.ts";
import { type Environment, jsonObjects, nameList, oneOf, optionalText, parameters, textList } from "./variables.ts";

/** One issuer of the environment. */
interface NamedIssuer {
  readonly issuer: string;
  readonly name: ReadyMapName;
  readonly profile: ProviderProfile;
  readonly mapOptions: object;
}

/**
 * Reads the identity provider from environment variables, with its events: logout tokens for the clients that the variables name,
 * and security events for `AUTH_AUDIENCE`. Returns `undefined` if `AUTH_ISSUER` is not set: then identity stays
 * embedded. Lists are separated by spaces. An empty variable counts as not set.
 *
 * | variable | meaning |
 * | --- | --- |
 * | `AUTH_ISSUER` | the exact `iss` of the tokens; several issuers side by side are possible |
 * | `AUTH_AUDIENCE` | the names of this API in `aud`; for Cognito, the ids of the clients; for Clerk and WorkOS, not set |
 * | `AUTH_CLAIMS` | the ready map, one for all issuers or one for each. Default `rfc9068` |
 * | `AUTH_CLAIMS_OPTIONS` | its options as JSON: an object, or a list with one for each issuer |
 * | `AUTH_CLIENT_ID`, `AUTH_CLIENT_SECRET` | with the secret, for introspection; without it, the client of the page |
 * | `AUTH_DOCS_CLIENT_ID` | the client of the documentation page, if there is a secret |
 * | `AUTH_DOCS_SCOPES` | the scopes that the page asks for, as the provider spells them. Default: those of the application |
 * | `AUTH_DOCS_PARAMETERS` | added to the authorization request of the page: `audience=notes` |
 * | `AUTH_AUTHORIZED_PARTIES` | the clients whose tokens are accepted, by `azp`, `client_id` or `cid`. Default: any |
 * | `AUTH_SUBJECTS` | the subjects that may call; necessary for workloads. Default: any |
 * | `AUTH_GRANTS` | the scopes of callers whose tokens have none. Default: none |
 * | `AUTH_TOKEN_TYPE` | the `typ` of the tokens; `absent` for none. Default: that of the provider |
 * | `AUTH_EXTRA_AUDIENCES` | what else `aud` may name. Default: that of the provider |
 * | `AUTH_DPOP` | `required`: only tokens that are bound to a key (RFC 9449); `allowed`: these, too. Default: they are refused |
 * | `AUTH_TENANTS` | the tenants of an issuer with `{tenantid}` |
 * | `AUTH_DISCOVERY_URL`, `AUTH_JWKS_URL` | where the metadata or the keys are, if they are not below the issuer |
 * | `AUTH_PRIVATE_HOSTS` | the hosts of issuers that are not on the public internet |
 * | `AUTH_KEYS_TOKEN_FILE` | a file with the token that the issuer wants before it shows its keys (Kubernetes) |
 * | `AUTH_ALLOW_LOOPBACK_ISSUER` | `1`: an issuer on this machine may use plain http. Production refuses it |
 *
 * @throws BuildError `wrong_option` that names the variable, and says what to set
 *
 * @example
 * ```ts
 * const auth = await identity({ provider: identityProviderFrom(process.env), database, issuer, audience: "notes", … });
 * ```
 */
export function identityProviderFrom(env: Environment): IdentityProvider | undefined {
  const all = namedIssuers(env);
  if (all.length === 0) return undefined;
  checkUseful(all, env);
  const verifiers = all.map((each) => ({ ...each, options: optionsOf(each, all, env) }));
  const [first, ...others] = verifiers.map(({ issuer, options }) => verifierOf(issuer, options));
  // There is at least one.
  if (first === undefined) return undefined;
  const maps = verifiers.map((each) => [each, mapOf(each, env)] as const);
  const lifetimes = verifiers.map(({ options }) => options.maxLifetimeSeconds ?? defaultLifetimeSeconds);
  return identityProvider({
    tokens: others.length === 0 ? first : issuers([first, ...others]),
    map: mapOfAll(maps, others.length > 0),
    longestTokenSeconds: Math.max(...lifetimes),
    dpop: oneOf(env, "AUTH_DPOP", ["off", "allowed", "required"], "off"),
    ...eventsOf(all, env),
  });
}

/** @throws BuildError `wrong_option` with the issuer that it is about */
function verifierOf(issuer: string, options: OidcOptions): JwtVerifier {
  if (/^http:/i.test(issuer) && options.allowLoopback !== true) {
    throw wrong(
      `Set AUTH_ISSUER to an https address, not to ${issuer}. For an issuer on this machine, a demo can set AUTH_ALLOW_LOOPBACK_ISSUER=1`,
    );
  }
  try {
    return oidc(options);
  } catch (error) {
    if (error instanceof BuildError) throw wrong(`Correct the variables AUTH_… of the issuer ${issuer}. ${error.message}`);
    throw error;
  }
}

/** The issuers with their maps, in the order of the variable. */
function namedIssuers(env: Environment): readonly NamedIssuer[] {
  const all = textList(env, "AUTH_ISSUER");
  if (new Set(all).size < all.length) throw wrong("Set AUTH_ISSUER to each issuer once");
  const names = nameList(env, "AUTH_CLAIMS", readyMapNames, "rfc9068");
  if (names.length !== 1 && names.length !== all.length) {
    throw wrong("Set AUTH_CLAIMS to one name, or to one for each issuer of AUTH_ISSUER, in their order");
  }
  const settings = jsonObjects(env, "AUTH_CLAIMS_OPTIONS", all.length);
  return all.map((issuer, index) => {
    const name = names[index] ?? names[0] ?? "rfc9068";
    return { issuer, name, profile: profiles[name], mapOptions: settings[index] ?? {} };
  });
}

/** @throws BuildError `wrong_option` for a variable that would have no effect: somebody relies on it */
function checkUseful(all: readonly NamedIssuer[], env: Environment): void {
  const check = (variable: string, isUsed: (each: NamedIssuer) => boolean, why: string): void => {
    if (textList(env, variable).length > 0 && !all.some(isUsed)) throw wrong(`Leave out ${variable}: ${why}`);
  };
  check("AUTH_TENANTS", ({ issuer }) => issuer.includes(tenantPlace), `AUTH_ISSUER does not contain ${tenantPlace}`);
  check("AUTH_GRANTS", ({ profile }) => profile.scopes !== undefined, "the tokens have scopes, which limit them");
  check("AUTH_AUTHORIZED_PARTIES", ({ name }) => !isWorkload(name), "the tokens of workloads name no client");
}

/** The options of the verifier of one issuer. */
function optionsOf(each: NamedIssuer, all: readonly NamedIssuer[], env: Environment): OidcOptions {
  const { issuer, profile } = each;
  const types = textList(env, "AUTH_TOKEN_TYPE").map((type) => (type === "absent" ? ({ absent: true } as const) : type));
  const extra = textList(env, "AUTH_EXTRA_AUDIENCES");
  const people = isWorkload(each.name) ? [] : subjectsOfPeople(textList(env, "AUTH_SUBJECTS"));
  const isAlone = all.length === 1;
  // The options are checked by `oidc()`, whose type cannot follow lists whose lengths only the environment knows.
  return {
    issuer,
    algorithms,
    keysWithoutAlg: ["RS256"],
    typ: profile.typ,
    ...profile.options?.({ issuer, hasKeysUrl: optionalText(env, "AUTH_JWKS_URL") !== undefined }),
    audience: audienceOf(each, env),
    ...(types.length === 0 ? {} : { typ: types }),
    ...(extra.length === 0 ? {} : { extraAudiences: extra }),
    ...(people.length === 0 ? {} : { requiredClaims: { sub: people } }),
    ...placeOf(each, isAlone, env),
    ...introspectionOf(each, env),
    ...docsOf(each, env),
    ...accessOf(env),
  } as unknown as OidcOptions;
}

function audienceOf({ name, profile }: NamedIssuer, env: Environment): unknown {
  const audience = textList(env, "AUTH_AUDIENCE");
  if (profile.audience === "absent") {
    if (name === "clerk" && textList(env, "AUTH_AUTHORIZED_PARTIES").length === 0) {
      throw wrong("Set AUTH_AUTHORIZED_PARTIES to the origins of your application: the tokens of Clerk name no audience");
    }
    return { absent: `the keys of ${name} sign the tokens of one application` };
  }
  if (audience.length > 0) return profile.audience === "client_id" ? { clientId: audience } : audience;
  const meaning = profile.audience === "client_id" ? "the ids of the clients" : "the name of this API";
  throw wrong(`Set AUTH_AUDIENCE to ${meaning}, exactly as in the tokens: without it, a token for another API would be accepted`);
}

/** Where the keys are. One address cannot be that of several issuers. */
function placeOf({ issuer }: NamedIssuer, isAlone: boolean, env: Environment): object {
  const tenants = textList(env, "AUTH_TENANTS");
  const discoveryUrl = optionalText(env, "AUTH_DISCOVERY_URL");
  const jwksUrl = optionalText(env, "AUTH_JWKS_URL");
  if (!isAlone && (discoveryUrl ?? jwksUrl) !== undefined) {
    throw wrong("Leave out AUTH_DISCOVERY_URL and AUTH_JWKS_URL, or set AUTH_ISSUER to one issuer: one address is not that of all");
  }
  const hasTenants = issuer.includes(tenantPlace);
  if (hasTenants && tenants.length === 0) {
    throw wrong(`Set AUTH_TENANTS to the tenants whose tokens are accepted: AUTH_ISSUER contains ${tenantPlace}`);
  }
  return {
    ...(discoveryUrl === undefined ? {} : { discoveryUrl }),
    ...(jwksUrl === undefined ? {} : { jwksUrl }),
    ...(hasTenants ? { tenants } : {}),
  };
}

/** An opaque token names no issuer, so the first one introspects. */
function introspects({ issuer }: NamedIssuer, env: Environment): boolean {
  return optionalText(env, "AUTH_CLIENT_SECRET") !== undefined && textList(env, "AUTH_ISSUER")[0] === issuer;
}

function introspectionOf(each: NamedIssuer, env: Environment): object {
  const clientId = optionalText(env, "AUTH_CLIENT_ID");
  const clientSecret = optionalText(env, "AUTH_CLIENT_SECRET");
  if (clientSecret !== undefined && clientId === undefined)
    throw wrong("Set AUTH_CLIENT_ID to the client that AUTH_CLIENT_SECRET belongs to");
  if (clientSecret === undefined || !introspects(each, env)) return {};
  const introspection = { clientId, clientSecret: secret(clientSecret) };
  return each.name === "rfc9068" ? { introspection, withoutSubject } : { introspection };
}

function mapOf(each: NamedIssuer, env: Environment): ClaimsMap {
  const { name, profile, mapOptions } = each;
  const grants = textList(env, "AUTH_GRANTS");
  if (isWorkload(name) && !hasOwnRules(each, env)) return workloadMapOf(name, textList(env, "AUTH_SUBJECTS"), grants);
  const granted = profile.scopes === "grants" && grants.length > 0 ? { grants } : {};
  const client = name === "keycloak" ? { client: textList(env, "AUTH_AUDIENCE")[0] } : {};
  try {
    const map = (readyMap(name) as (options: object) => ClaimsMap)({ ...client, ...granted, ...mapOptions });
    return ofClients(
      name === "rfc9068" && introspects(each, env) ? withClients(map) : map,
      textList(env, "AUTH_AUTHORIZED_PARTIES"),
    );
  } catch (error) {
    if (error instanceof BuildError) throw wrong(`Set AUTH_CLAIMS_OPTIONS to the options of the map as JSON. ${error.message}`);
    throw error;
  }
}

/** Whether the rules of a workload are written out in `AUTH_CLAIMS_OPTIONS`. */
function hasOwnRules({ mapOptions }: NamedIssuer, env: Environment): boolean {
  if (Object.keys(mapOptions).length === 0) return false;
  const subjects = textList(env, "AUTH_SUBJECTS");
  if (subjects.length === subjectsOfPeople(subjects).length) return true;
  throw wrong("Name workloads in AUTH_SUBJECTS, or write their rules in AUTH_CLAIMS_OPTIONS, and not both");
}

function mapOfAll(maps: readonly (readonly [NamedIssuer, ClaimsMap])[], areSeveral: boolean): ClaimsMap {
  const [first] = maps;
  if (first !== undefined && !areSeveral) return first[1];
  if (maps.some(([{ issuer }]) => issuer.includes(tenantPlace))) {
    throw wrong("Set AUTH_ISSUER to one issuer, or to issuers without tenants");
  }
  return byIssuer(Object.fromEntries(maps.map(([{ issuer }, map]) => [issuer, map])));
}

/** How people sign in on the page. An issuer whose keys are at an address of their own has no metadata that says where. */
function docsOf({ profile }: NamedIssuer, env: Environment): object {
  const isPublic = optionalText(env, "AUTH_CLIENT_SECRET") === undefined;
  const clientId = optionalText(env, "AUTH_DOCS_CLIENT_ID") ?? (isPublic ? optionalText(env, "AUTH_CLIENT_ID") : undefined);
  if (clientId === undefined || optionalText(env, "AUTH_JWKS_URL") !== undefined) return {};
  const [audience] = textList(env, "AUTH_AUDIENCE");
  const { names } = profile;
  const usual = names === undefined || audience === undefined ? {} : { [names]: audience };
  const scopes = textList(env, "AUTH_DOCS_SCOPES");
  return {
    docs: {
      clientId,
      authorizationParameters: parameters(env, "AUTH_DOCS_PARAMETERS") ?? usual,
      ...(scopes.length === 0 ? {} : { scopes }),
    },
  };
}

function wrong(message: string): BuildError {
  return new BuildError("wrong_option", message);
}

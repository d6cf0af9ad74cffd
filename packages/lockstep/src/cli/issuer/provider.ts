/** The identity providers that the command knows: how each is recognised, and which settings it needs. */
import type { JsonObject } from "../../json/strict-json.ts";
import type { KeysPlace, SignedOptions } from "../../oidc/oidc-options.ts";
import type { ReadyMapName } from "../../oidc/claims/ready-map.ts";
import { profiles } from "../../oidc/provider/profile.ts";
import { identityProviders } from "./identity-providers.ts";
import { platforms } from "./platforms.ts";
import { standardProvider } from "./standard-provider.ts";
import { workloads } from "./workloads.ts";

/** The facts that settings are proposed from. */
export interface Known {
  readonly issuer: string;
  /** The name of the API; a placeholder if nobody said it. */
  readonly audience: string;
  /** The client of the API, or of the programs that call it; a placeholder if nobody said it. */
  readonly clientId: string;
  /** The scopes of callers whose tokens have none. */
  readonly scopes: readonly string[];
  /** The claims of a token, if there is one: rules for workloads are proposed from them. */
  readonly claims: JsonObject;
}

/** The options of `oidc()` that a provider needs. */
export type ProviderOptions = Partial<Omit<SignedOptions, "issuer" | "algorithms">> & {
  readonly place?: KeysPlace;
};

/** All options that a provider needs: those of every issuer of this kind (`profiles`), and those of this one. */
export function optionsFor({ map, options }: Provider, known: Known, hasKeysUrl: boolean): ProviderOptions {
  const { typ, options: ofProfile } = profiles[map];
  return { typ, ...ofProfile?.({ issuer: known.issuer, hasKeysUrl }), ...options?.(known) };
}

/** The values of a map's options. */
export type MapOptions = Readonly<Record<string, unknown>>;

/** A provider. */
export interface Provider {
  readonly name: string;
  /** Its ready map. */
  readonly map: ReadyMapName;
  /** Its page in the manual, below `docs/manual/providers/`. */
  readonly page: string;
  /** Whether the issuer looks like this provider's. */
  readonly isIssuer: (issuer: string, metadata: JsonObject) => boolean;
  /** Which access tokens it issues. */
  readonly tokens: string;
  /** The options that depend on the issuer and the API, beside those of its profile. Default: none. */
  readonly options?: (known: Known) => ProviderOptions;
  /** The options of the map. Default: none. */
  readonly mapOptions?: (known: Known) => MapOptions;
  /** The subject of a workload whose map has rules, as `AUTH_SUBJECTS` has it. Only for platforms of workloads. */
  readonly workload?: (known: Known) => string;
  readonly pitfalls: readonly string[];
  /** How a token ends before its expiry. */
  readonly signOut: string;
}

/** All providers. The first one that recognises an issuer is taken. */
export const providers: readonly Provider[] = [...identityProviders, ...platforms, ...workloads, standardProvider];

/** The provider of an issuer. If none recognises it, one that follows the standard. */
export function providerOf(issuer: string, metadata: JsonObject): Provider {
  return providers.find((provider) => provider.isIssuer(issuer, metadata)) ?? standardProvider;
}

/** The provider with a ready map. Of several with one map, the one that recognises the issuer. */
export function providerWithMap(map: string, issuer: string, metadata: JsonObject): Provider | undefined {
  const all = providers.filter((provider) => provider.map === map);
  return all.find((provider) => provider.isIssuer(issuer, metadata)) ?? all[0];
}

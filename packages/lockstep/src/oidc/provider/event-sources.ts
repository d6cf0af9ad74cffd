/** Whose events are received: those of the issuers in the environment that sign people in. */
import type { PublicKeyAlgorithm } from "../../token/algorithm.ts";
import type { LogoutIssuerOptions } from "../events/backchannel-logout.ts";
import type { TransmitterOptions } from "../events/transmitter.ts";
import { tenantPlace } from "../oidc-options.ts";
import type { ProviderEventSources } from "./identity-provider.ts";
import type { ProviderProfile } from "./profile.ts";
import { isWorkload } from "./subjects.ts";
import { accessOf } from "./issuer-access.ts";
import { type Environment, optionalText, textList } from "./variables.ts";

/** The algorithms of every provider: the key decides which of them a token has. */
export const algorithms: readonly [PublicKeyAlgorithm, ...PublicKeyAlgorithm[]] = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];

/** One issuer of the environment. */
export interface EventSource {
  readonly issuer: string;
  readonly name: string;
  readonly profile: ProviderProfile;
}

/** A logout token is for a client, and a security event for the API. A template of issuers and a workload send neither. */
export function eventsOf(all: readonly EventSource[], env: Environment): { readonly events?: ProviderEventSources } {
  const sources = all.filter(({ issuer, name }) => !issuer.includes(tenantPlace) && !isWorkload(name));
  const audience = textList(env, "AUTH_AUDIENCE");
  const clients = ["AUTH_CLIENT_ID", "AUTH_DOCS_CLIENT_ID", "AUTH_AUTHORIZED_PARTIES"].flatMap((name) => textList(env, name));
  const logout = sources.flatMap((source) => {
    const [first, ...others] = new Set([...clients, ...audience]);
    if (first === undefined) return [];
    const { logoutType: typ = "logout+jwt" } = source.profile;
    return [{ ...placeOf(source, env), audience: [first, ...others], typ } satisfies LogoutIssuerOptions];
  });
  const push = sources.flatMap((source) => {
    const [first, ...others] = audience;
    return first === undefined ? [] : [{ ...placeOf(source, env), audience: [first, ...others] } satisfies TransmitterOptions];
  });
  const [firstLogout, ...otherLogouts] = logout;
  const [firstPush, ...otherPushes] = push;
  if (firstLogout === undefined) return {};
  return {
    events: {
      logout: [firstLogout, ...otherLogouts],
      ...(firstPush === undefined ? {} : { push: [firstPush, ...otherPushes] }),
    },
  };
}

function placeOf({ issuer }: EventSource, env: Environment) {
  const jwksUrl = optionalText(env, "AUTH_JWKS_URL");
  const discoveryUrl = optionalText(env, "AUTH_DISCOVERY_URL");
  const common = { issuer, algorithms, keysWithoutAlg: ["RS256"], ...accessOf(env) } as const;
  if (jwksUrl !== undefined) return { ...common, jwksUrl };
  return discoveryUrl === undefined ? common : { ...common, discoveryUrl };
}

/** How an issuer is recognised: by its name, or by the paths of its endpoints if it has a domain of its own. */
import type { JsonObject } from "../../json/strict-json.ts";
import type { Known, MapOptions } from "./provider.ts";

/** Whether the host of an issuer is one of these domains, or below one. */
export function isBelow(issuer: string, ...domains: readonly string[]): boolean {
  const host = URL.canParse(issuer) ? new URL(issuer).hostname : "";
  return domains.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

/** The path of an issuer that is a URL; empty for others. */
export function pathOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).pathname : "";
}

/** Whether the path of an address in the metadata ends like this. */
export function hasPath(metadata: JsonObject, member: string, end: string): boolean {
  const address = metadata[member];
  return typeof address === "string" && URL.canParse(address) && new URL(address).pathname.endsWith(end);
}

/** A claim that is a text. */
export function textIn(claims: JsonObject, name: string): string | undefined {
  const value = claims[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The option `grants` of a map, for tokens without scopes; nothing if there are none to grant. */
export function granted({ scopes }: Known): MapOptions {
  return scopes.length === 0 ? {} : { grants: scopes };
}

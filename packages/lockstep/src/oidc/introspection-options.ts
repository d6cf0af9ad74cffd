/** The options of introspection (RFC 7662), checked when a verifier is built. */
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import { clientOptions, type ClientOptions } from "./client-authentication.ts";

/** How the issuer is asked about tokens, and the client that asks. */
export type IntrospectionOptions = ClientOptions & AskingOptions;

/** How the issuer is asked about tokens. */
export interface AskingOptions {
  /** The introspection endpoint. Default: the `introspection_endpoint` of the issuer's metadata. */
  readonly endpoint?: string;
  /**
   * How long an answer counts, whether the token is active or not: the longest time that a revoked token still works.
   * Seconds, 0 to 5; default 5. With 0, the issuer is asked for each request.
   */
  readonly maxAgeSeconds?: number;
  /**
   * The meaning of an answer without `aud`, which RFC 7662 allows. `"refuse"`: the token is refused, because it may be for
   * another API. `"accept"`: the token is for this API. Choose it only if the issuer tells this client `active` about no token of
   * another API. Default: `"refuse"`.
   */
  readonly withoutAudience?: "refuse" | "accept";
  /**
   * Who decides about JWTs. `"verify"`: their signature; they are never sent to the endpoint. `"introspect"`: the issuer, as
   * about opaque tokens; for JWTs that do not say enough, such as lightweight tokens of Keycloak. Default: `"verify"`.
   */
  readonly jwts?: "verify" | "introspect";
}

const known: KnownOptions<IntrospectionOptions> = {
  ...clientOptions,
  endpoint: true,
  maxAgeSeconds: true,
  withoutAudience: true,
  jwts: true,
};

/** The longest time that an answer counts, and the default. */
export const longestAgeSeconds = 5;

/**
 * Checks the options but for those of the client and the endpoint's address.
 *
 * @throws BuildError `wrong_option`
 */
export function checkIntrospection(name: string, options: IntrospectionOptions): void {
  checkOptions(name, options, known);
  const { maxAgeSeconds = longestAgeSeconds, withoutAudience, jwts } = options;
  if (typeof maxAgeSeconds !== "number" || !(maxAgeSeconds >= 0 && maxAgeSeconds <= longestAgeSeconds)) {
    throw new BuildError("wrong_option", `${name}: set \`maxAgeSeconds\` to a number from 0 to ${longestAgeSeconds}`);
  }
  checkChoice(name, { withoutAudience }, ["refuse", "accept"]);
  checkChoice(name, { jwts }, ["verify", "introspect"]);
}

function checkChoice(name: string, option: Readonly<Record<string, unknown>>, choices: readonly string[]): void {
  for (const [key, value] of Object.entries(option)) {
    if (value === undefined || choices.some((choice) => choice === value)) continue;
    throw new BuildError("wrong_option", `${name}: set \`${key}\` to ${choices.map((choice) => `"${choice}"`).join(" or ")}`);
  }
}

/** Mutual TLS: the client's certificate, which the host's TLS layer has verified. */
import type { Extraction } from "../dependency/scheme-definition.ts";
import type { ClientCertificate } from "../host/host.ts";
import { defined } from "../json/member.ts";
import { checkOptions } from "../problem/options.ts";
import { Redacted } from "../secret/redacted.ts";
import { checkSchemeName, type SchemeOptions, schemeOptions } from "./option.ts";
import { type Scheme, scheme } from "./scheme.ts";
import { buildChallenge } from "./www-authenticate.ts";

/**
 * Extracts the client's certificate, if the connection has one that the host trusts. The scheme's name is `MutualTLS` by
 * default. It never reads a header: a certificate that a proxy forwards in one is the host's to vouch for. Which client a
 * certificate belongs to is still for `authenticate()` to say. Browsers present certificates by themselves, so unsafe
 * methods get the cross-site rule.
 *
 * A 401 must carry a challenge (RFC 9110 §11.6.1) and none is registered for certificates; `MutualTLS` is Lockstep's own.
 *
 * @throws BuildError `wrong_option`, and `wrong_scheme` for a name that cannot be written
 *
 * @example
 * ```ts
 * const certificate = mutualTls();
 * ```
 */
export function mutualTls(options: SchemeOptions = {}): Scheme<ClientCertificate> {
  checkOptions("mutualTls()", options, schemeOptions);
  return scheme({
    name: checkSchemeName("mutualTls", options.schemeName ?? "MutualTLS"),
    place: "certificate",
    ambient: "browser",
    scopes: {},
    extract(source): Extraction<ClientCertificate> {
      const certificate = source.request.certificate();
      return certificate === undefined ? undefined : new Redacted(certificate);
    },
    challenge: ({ realm }) => buildChallenge("MutualTLS", { realm }),
    openapi: defined({ type: "mutualTLS", description: options.description }),
  });
}

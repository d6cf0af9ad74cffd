/** `mutualTlsBound()`: tokens that are bound to the certificate of their holder (RFC 8705 §3). */
import {
  type PresentedToken,
  senderRule,
  type SenderConstraint,
  type SenderRule,
  type TokenClaims,
} from "../../dependency/presented-token.ts";
import { BuildError, InvalidCredential } from "../../problem/error.ts";
import { checkOptions } from "../../problem/options.ts";
import { isPromise } from "../../promise.ts";
import { boundTo } from "./confirmation.ts";

/** The options of `mutualTlsBound()`. */
export interface MutualTlsBoundOptions {
  /**
   * Whether tokens that are not bound to a certificate are refused. With `false` they are accepted as bearer tokens; one that is
   * bound is accepted only from its holder. Default `false`.
   */
  readonly required?: boolean;
}

/**
 * Access tokens that are bound to a certificate: the value of `senderConstraint` of a bearer scheme. A token with
 * `cnf["x5t#S256"]` is accepted only on a connection whose client has presented that certificate (RFC 8705 §3.1); anyone else who
 * has the token cannot use it. The certificate is the one of the host's TLS connection, as for `mutualTls()`: never one of a
 * header. The host must ask clients for certificates and trust their
 * issuers.
 *
 * @throws BuildError `wrong_option`
 *
 * @example
 * ```ts
 * const token = oauth2ClientCredentials({ tokenUrl, senderConstraint: mutualTlsBound({ required: true }) });
 * const caller = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => clients.get(claims.sub));
 * ```
 */
export function mutualTlsBound(options: MutualTlsBoundOptions = {}): SenderConstraint {
  checkOptions<MutualTlsBoundOptions>("mutualTlsBound()", options, { required: true });
  const { required = false } = options;
  if (typeof required !== "boolean") throw new BuildError("wrong_option", "mutualTlsBound(): set required to true or false");
  const admitted = <C extends TokenClaims>(token: PresentedToken, claims: C): C => {
    const expected = boundTo(claims, "x5t#S256");
    if (expected === undefined && required) throw new InvalidCredential("the token is not bound to a certificate");
    const presented = token.presentation.source.request.certificate()?.thumbprintSha256;
    if (expected !== undefined && presented !== expected) {
      const reason = presented === undefined ? "the connection has none" : "the connection has another one";
      throw new InvalidCredential(`the token is bound to a certificate, and ${reason}`);
    }
    token.admit();
    return claims;
  };
  const rule: SenderRule = {
    method: "mutual-tls",
    required,
    entries: [],
    admit(token, verify) {
      const claims = verify(token.unchecked());
      return isPromise(claims) ? claims.then((late) => admitted(token, late)) : admitted(token, claims);
    },
  };
  return Object.freeze({ [senderRule]: rule });
}

import { createApi, get, httpBearer, post, scopes, secret } from "lockstep";
import type { JwtVerifier } from "lockstep/jwt";
import {
  claims,
  claimsMap,
  type ClientCredentials,
  clientCredentials,
  type IssuerAccess,
  oidc,
  type TokenExchange,
  tokenExchange,
} from "lockstep/oidc";

/** The issuer: `{ issuer: "https://login.example.com" }`. The tests run one on this machine, and allow that. */
export interface Login extends IssuerAccess {
  readonly issuer: string;
}

// #region opaque
export const verifierOf = (login: Login): JwtVerifier =>
  oidc({
    ...login,
    audience: "https://api.test/opaque",
    algorithms: ["ES256"],
    typ: "at+jwt",
    introspection: { clientId: "notes-api", clientSecret: secret(process.env["INTROSPECTION_SECRET"] ?? "") },
    withoutSubject: { claim: "client_id", prefix: "client:" },
  });

const map = claimsMap({
  name: "login",
  kind: [
    { kind: "client", when: ({ sub, client_id: client }) => sub === `client:${String(client)}`, subject: "client_id" },
    { kind: "user" },
  ],
  scopes: "scope",
  client: ["client_id"],
});
// #endregion

// #region differences
export const older = oidc({
  issuer: "https://sso.example.com",
  audience: "notes",
  algorithms: ["RS256"],
  typ: ["JWT", { absent: true }],
  extraAudiences: ["https://sso.example.com/userinfo"],
  authorizedParties: ["notes-web", "notes-app"],
  requiredClaims: { token_use: "access" },
  scopeClaim: { name: "scp", list: true },
});
// #endregion

// #region tenants
export const tenants = oidc({
  issuer: "https://login.microsoftonline.com/{tenantid}/v2.0",
  discoveryUrl: "https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration",
  tenants: ["11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"],
  audience: "6e74172b-be56-4843-9ff4-e66a39bb12e3",
  algorithms: ["RS256"],
  typ: "JWT",
});
// #endregion

// #region own
export const paymentsOf = (login: Login): ClientCredentials =>
  clientCredentials({
    ...login,
    clientId: "job",
    clientSecret: secret(process.env["PAYMENTS_SECRET"] ?? ""),
    scope: "notes:read",
    resource: "https://api.test/opaque",
  });

export async function charge(payments: ClientCredentials, url: string): Promise<number> {
  const token = await payments.token();
  const answer = await fetch(url, { method: "POST", headers: { authorization: `Bearer ${token.reveal()}` } });
  return answer.status;
}
// #endregion

// #region behalf
export const exchangeOf = (login: Login): TokenExchange =>
  tokenExchange({
    ...login,
    clientId: "notes-api",
    clientSecret: secret(process.env["EXCHANGE_SECRET"] ?? ""),
    audience: "payments",
  });
// #endregion

const scheme = httpBearer({ scopes: { "notes:read": "Read notes" } });

/** Two routes: one that any token of the issuer opens, and one that calls another API as the caller. */
export function apiOf(
  verifier: JwtVerifier,
  exchange: TokenExchange,
  pay: (token: string) => Promise<void>,
): ReturnType<typeof createApi> {
  const caller = claims({ issuer: verifier, map }).authenticate(scheme);
  return createApi({
    title: "Notes",
    version: "1.0.0",
    audit: () => {},
    routes: [
      get("/me", { deps: { caller: scopes(caller, "notes:read") } }, ({ caller: { id } }) => id),
      // #region pay
      post("/pay", { deps: { caller: scopes(caller, "notes:read"), token: scheme }, status: 204 }, async ({ token }) => {
        const exchanged = await exchange.token(token);
        await pay(exchanged.reveal());
      }),
      // #endregion
    ],
  });
}

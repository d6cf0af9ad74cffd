import { claims, oidc, workos } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://api.workos.com/user_management/client_01ACME",
  audience: { absent: "the issuer is that of this application" },
  algorithms: ["RS256"],
  typ: { absent: true },
  jwksUrl: "https://api.workos.com/sso/jwks/client_01ACME",
});
export const callers = claims({ issuer: accessTokens, map: workos() });

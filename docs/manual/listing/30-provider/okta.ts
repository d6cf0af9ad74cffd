import { claims, oidc, okta } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://acme.okta.com/oauth2/aus1",
  audience: "api://notes",
  algorithms: ["RS256"],
  typ: { absent: true },
  scopeClaim: { name: "scp", list: true },
});
export const callers = claims({ issuer: accessTokens, map: okta({ roles: "groups" }) });

import { claims, oidc, sap } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://acme.authentication.eu10.hana.ondemand.com/oauth/token",
  audience: "notes!t123",
  algorithms: ["RS256"],
  typ: "JWT",
  ignoredHeaders: ["jku"],
  scopeClaim: { list: true },
  extraAudiences: ["openid", "uaa"],
  discoveryUrl: "https://acme.authentication.eu10.hana.ondemand.com/.well-known/openid-configuration",
});
export const callers = claims({ issuer: accessTokens, map: sap({ application: "notes!t123" }) });

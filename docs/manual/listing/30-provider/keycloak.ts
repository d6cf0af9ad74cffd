import { claims, keycloak, oidc } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://login.acme.example/realms/acme",
  audience: "notes",
  algorithms: ["RS256"],
  typ: "JWT",
  extraAudiences: ["account"],
});
export const callers = claims({ issuer: accessTokens, map: keycloak({ client: "notes" }) });

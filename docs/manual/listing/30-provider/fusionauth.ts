import { claims, fusionauth, oidc } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "acme.com",
  audience: "85a03867-dccf-4882-adde-1a79aeec50df",
  algorithms: ["RS256"],
  typ: "JWT",
  jwksUrl: "https://id.acme.example/.well-known/jwks.json",
});
export const callers = claims({ issuer: accessTokens, map: fusionauth() });

import { claims, entra, oidc } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
  audience: "6e74172b-be56-4843-9ff4-e66a39bb12e3",
  algorithms: ["RS256"],
  typ: "JWT",
  scopeClaim: { name: "scp" },
});
export const callers = claims({ issuer: accessTokens, map: entra() });

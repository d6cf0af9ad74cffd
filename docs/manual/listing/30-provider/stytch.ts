import { claims, oidc, stytch } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "stytch.com/project-live-1",
  audience: "project-live-1",
  algorithms: ["RS256"],
  typ: "JWT",
  jwksUrl: "https://api.stytch.com/v1/b2b/sessions/jwks/project-live-1",
});
export const callers = claims({ issuer: accessTokens, map: stytch({ grants: ["notes:read"] }) });

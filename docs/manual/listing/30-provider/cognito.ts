import { claims, cognito, oidc } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab1",
  audience: { clientId: ["4t9web"] },
  algorithms: ["RS256"],
  typ: { absent: true },
});
export const callers = claims({ issuer: accessTokens, map: cognito({ scopePrefix: "notes/" }) });

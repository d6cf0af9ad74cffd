import { claims, clerk, oidc } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://clerk.notes.example",
  audience: { absent: "the keys are those of this application" },
  algorithms: ["RS256"],
  typ: "JWT",
  authorizedParties: ["https://notes.example"],
});
export const callers = claims({ issuer: accessTokens, map: clerk({ grants: ["notes:read"] }) });

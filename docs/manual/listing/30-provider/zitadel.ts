import { claims, oidc, zitadel } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://acme-1a2b.zitadel.cloud",
  audience: "290000000000000001",
  algorithms: ["RS256"],
  typ: ["at+jwt", "JWT"],
  extraAudiences: ["290000000000000002"],
});
export const callers = claims({
  issuer: accessTokens,
  map: zitadel({ project: "290000000000000001", grants: ["notes:read"] }),
});

import { claims, firebase, oidc } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://securetoken.google.com/acme-notes",
  audience: "acme-notes",
  algorithms: ["RS256"],
  typ: "JWT",
  jwksUrl: "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
});
export const callers = claims({
  issuer: accessTokens,
  map: firebase({ grants: ["notes:read"], roles: "role" }),
});

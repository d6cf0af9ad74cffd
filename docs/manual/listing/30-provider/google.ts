import { claims, google, oidc } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://accounts.google.com",
  audience: "1-web.apps.googleusercontent.com",
  algorithms: ["RS256"],
  typ: "JWT",
});
export const callers = claims({
  issuer: accessTokens,
  map: google({ hd: "acme.example", grants: ["notes:read"] }),
});

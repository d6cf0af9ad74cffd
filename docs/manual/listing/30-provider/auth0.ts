import { auth0, claims, oidc } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://acme.eu.auth0.com/",
  audience: "https://notes.example/api",
  algorithms: ["RS256"],
  typ: ["at+jwt", "JWT"],
  extraAudiences: ["https://acme.eu.auth0.com/userinfo"],
});
export const callers = claims({
  issuer: accessTokens,
  map: auth0({ permissions: true, roles: "https://notes.example/roles" }),
});

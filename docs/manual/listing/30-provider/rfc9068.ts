import { claims, oidc, rfc9068 } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://login.example.com",
  audience: "https://notes.example/api",
  algorithms: ["RS256"],
  typ: "at+jwt",
});
export const callers = claims({ issuer: accessTokens, map: rfc9068() });

import { claims, duende, oidc } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://id.acme.example",
  audience: "notes",
  algorithms: ["RS256"],
  typ: "at+jwt",
  scopeClaim: { list: true },
  withoutSubject: { claim: "client_id", prefix: "client:" },
});
export const callers = claims({ issuer: accessTokens, map: duende() });

import { claims, hydra, oidc } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://acme.projects.oryapis.com",
  audience: "https://notes.example/api",
  algorithms: ["RS256"],
  typ: "JWT",
  scopeClaim: { name: "scp", list: true },
});
export const callers = claims({ issuer: accessTokens, map: hydra({ roles: "roles" }) });

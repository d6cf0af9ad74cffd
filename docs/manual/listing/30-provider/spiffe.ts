import { claims, oidc, spiffe } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://oidc.prod.example",
  audience: "notes",
  algorithms: ["ES256"],
  typ: ["JWT", "JOSE", { absent: true }],
  iat: "optional",
  maxLifetimeSeconds: 3600,
});
export const callers = claims({
  issuer: accessTokens,
  map: spiffe({
    trustDomain: "prod.example",
    allow: [{ path: "/ns/prod/sa/billing", scopes: ["notes:read"] }],
  }),
});

import { claims, oidc, spiffe } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://oidc.prod.example",
  audience: "notes",
  algorithms: ["ES256"],
  typ: ["JWT", "JOSE", { absent: true }],
  keyUse: "jwt-svid",
  iat: "optional",
  jwksUrl: "https://oidc.prod.example/keys",
});
export const callers = claims({
  issuer: accessTokens,
  map: spiffe({
    trustDomain: "prod.example",
    allow: [{ path: "/ns/prod/sa/billing", scopes: ["notes:read"] }],
  }),
});

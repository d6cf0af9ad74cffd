import { readFileSync } from "node:fs";
import { claims, kubernetes, oidc } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://kubernetes.default.svc.cluster.local",
  audience: "notes",
  algorithms: ["RS256"],
  typ: { absent: true },
  maxLifetimeSeconds: 31539607,
  allowPrivateHosts: ["kubernetes.default.svc.cluster.local"],
  headers: () => ({
    authorization: `Bearer ${readFileSync("/var/run/secrets/kubernetes.io/serviceaccount/token", "utf8").trim()}`,
  }),
});
export const callers = claims({
  issuer: accessTokens,
  map: kubernetes({
    allow: [{ namespace: "billing", serviceAccount: "invoicer", scopes: ["notes:read"] }],
  }),
});

import { claims, cloudflareAccess, oidc } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://acme.cloudflareaccess.com",
  audience: "4714c1358e65fe4b",
  algorithms: ["RS256"],
  typ: ["JWT", { absent: true }],
  withoutSubject: { claim: "common_name", prefix: "service:" },
  jwksUrl: "https://acme.cloudflareaccess.com/cdn-cgi/access/certs",
});
export const callers = claims({
  issuer: accessTokens,
  map: cloudflareAccess({ grants: ["notes:read"] }),
});

import { createApi, get, scopes } from "lockstep";
import { claims, issuers, oidc, oidcBearer, rfc9068 } from "lockstep/oidc";

// #region provider
export const accessTokens = oidc({
  issuer: "https://login.acme.example",
  audience: "https://api.acme.example",
  algorithms: ["ES256"],
  typ: "at+jwt",
  docs: {
    clientId: "docs-page",
    authorizationParameters: { resource: "https://api.acme.example" },
  },
});
const token = oidcBearer({ issuer: accessTokens, scopes: { "notes:read": "Read notes", "notes:write": "Change notes" } });
const caller = claims({ issuer: accessTokens, map: rfc9068() }).authenticate(token);

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  docs: { public: "our customers read it" },
  routes: [get("/notes", { deps: { caller: scopes(caller, "notes:read") } }, ({ caller: who }) => who.subject)],
});
// #endregion

const partner = {
  issuer: "https://login.partner.example",
  audience: "https://api.acme.example",
  algorithms: ["ES256"],
  typ: "at+jwt",
} as const;

// #region several
const partnerTokens = oidc({
  ...partner,
  docs: { clientId: "7f1c", scopes: ["openid", "acme/notes.read"], schemeName: "Partner" },
});
export const anyToken = oidcBearer({ issuer: issuers([accessTokens, partnerTokens]) });
// #endregion

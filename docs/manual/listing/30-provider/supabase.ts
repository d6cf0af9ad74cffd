import { claims, oidc, supabase } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://abcdefgh.supabase.co/auth/v1",
  audience: "authenticated",
  algorithms: ["ES256"],
  typ: "JWT",
});
export const callers = claims({
  issuer: accessTokens,
  map: supabase({ grants: ["notes:read"], roles: "roles" }),
});

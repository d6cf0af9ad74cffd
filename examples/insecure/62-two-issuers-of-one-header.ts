// fails: start-up dead_branch — no request can take the branch "partner"
/**
 * Two issuers that nothing tells apart. Both tokens are in `Authorization: Bearer`, so the first branch takes every request,
 * and the document promises a second branch that is never used. Branches that presence cannot tell apart do not start.
 */
import { anyOf, authenticate, createApi, get, httpBearer } from "lockstep";
import { accessTokens, currentUser } from "./secure.ts";

const partner = authenticate({ claims: accessTokens.claims(httpBearer({ schemeName: "Partner" })) }, ({ claims }) => ({
  id: claims.sub,
}));

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [get("/feed", { deps: { caller: anyOf({ user: currentUser, partner }) } }, ({ caller }) => caller.via)],
});

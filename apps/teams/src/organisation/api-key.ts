/** API keys of an organisation. Identity keeps them. They belong to the organisation, and do what its members do. */
import { authorize, body, deny, owned, path } from "lockstep";
import { z } from "zod";
import type { Access, Services } from "../access.ts";
import { created, named, text } from "../store/query.ts";

const times = { createdAt: z.int(), expiresAt: z.int().optional(), revokedAt: z.int().optional(), usedAt: z.int().optional() };
const about = { id: z.string(), name: z.string(), scopes: z.array(z.string()).readonly(), ...times };
const Key = named("OrganisationKey", about);
const CreatedKey = named("CreatedOrganisationKey", { ...about, key: z.string() });
const [scopes, expiresInDays] = [z.array(z.enum(["teams:read", "teams:write"])).min(1), z.int().min(1).max(366)];
const NewKey = named("NewOrganisationKey", { name: text(100), scopes, expiresInDays });
const ownerOf = (org: { readonly id: string }) => ({ external: `org:${org.id}` });
const recentMs = 10 * 60 * 1000;

export const apiKeyRoutes = ({ auditor, admin, org }: Access, { auth: { apiKeys, signedInUser } }: Services) => {
  // A stolen session must not become a key that lasts.
  const maker = authorize({ person: signedInUser }, ({ person }) =>
    (person.authenticatedAt ?? 0) > Date.now() - recentMs ? person : deny("signed in too long ago"),
  );
  const apiKey = owned(
    { id: path("key", z.string().regex(/^\w+$/)), org },
    ({ id }) => apiKeys.find(id),
    ({ owner }) => ("external" in owner ? owner.external.replace("org:", "") : undefined),
    { owner: "org" },
  );
  return [
    auditor.get("/api-keys", { response: z.array(Key) }, async ({ org }) => [...(await apiKeys.list(ownerOf(org)))]),
    admin.post("/api-keys", { deps: { maker, wanted: body(NewKey) }, ...created(CreatedKey) }, async ({ org, maker, wanted }) => {
      const by = { by: maker.id, sessionId: maker.sessionId };
      const { key, apiKey } = await apiKeys.create({ ...wanted, ...by, owner: ownerOf(org) }, maker.scopes);
      return { ...apiKey, key: key.reveal() };
    }),
    admin.del("/api-keys/:key", { deps: { apiKey }, status: 204 }, async ({ apiKey, org }) => {
      await apiKeys.revoke(apiKey.id, { by: org.callerId });
    }),
  ];
};

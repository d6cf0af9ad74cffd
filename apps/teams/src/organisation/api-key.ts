/** API keys of an organisation. Identity keeps them. They belong to the organisation, and do what its members do. */
import { authorize, body, deny, owned, path } from "lockstep";
import { z } from "zod";
import type { Access, Services } from "../access.ts";
import { text } from "../text.ts";

const times = { createdAt: z.int(), expiresAt: z.int().optional(), revokedAt: z.int().optional(), usedAt: z.int().optional() };
const OrganisationKey = z
  .object({ id: z.string(), name: z.string(), scopes: z.array(z.string()).readonly(), ...times })
  .meta({ id: "OrganisationKey", description: "Times are milliseconds since 1970." });
const NewOrganisationKey = z
  .object({
    name: text(100),
    scopes: z.array(z.enum(["teams:read", "teams:write"])).min(1),
    expiresInDays: z.int().min(1).max(366),
  })
  .meta({ id: "NewOrganisationKey" });
const CreatedOrganisationKey = OrganisationKey.extend({ key: z.string() }).meta({ id: "CreatedOrganisationKey" });

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
    auditor.get("/api-keys", { response: z.array(OrganisationKey) }, async ({ org }) => [
      ...(await apiKeys.list({ external: `org:${org.id}` })),
    ]),
    admin.post(
      "/api-keys",
      { deps: { maker, wanted: body(NewOrganisationKey) }, response: CreatedOrganisationKey, status: 201 },
      async ({ org, maker: { id, sessionId, scopes }, wanted }) => {
        const { key, apiKey } = await apiKeys.create(
          { ...wanted, owner: { external: `org:${org.id}` }, by: id, sessionId },
          scopes,
        );
        return { ...apiKey, key: key.reveal() };
      },
    ),
    admin.del("/api-keys/:key", { deps: { apiKey }, status: 204 }, async ({ apiKey, org }) => {
      await apiKeys.revoke(apiKey.id, { by: org.callerId });
    }),
  ];
};

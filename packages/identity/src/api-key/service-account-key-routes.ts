/** Builds the routes on which an administrator manages the API keys of a service account. */
import { body, del, get, path, permitted, post, query, type Route } from "lockstep";
import { z } from "zod";
import {
  creationAnswers,
  keyIdSchema,
  keyListSchema,
  rotationAnswers,
  showApiKeys,
  showCreatedApiKey,
  wantedKeySchema,
  wantedRotationSchema,
} from "./api-key-schema.ts";
import type { ApiKeys } from "./api-keys.ts";
import type { AccountDependency, AdministratorDependency, ChangeDependency } from "./service-account-routes.ts";

/** The parameter of `serviceAccountKeyRoutes()`. */
export interface ServiceAccountKeyRoutesOptions {
  readonly apiKeys: ApiKeys;
  readonly admin: AdministratorDependency;
  readonly account: AccountDependency;
  readonly change: ChangeDependency;
}

const tags = ["Service accounts"];

/** Builds the routes under `/auth/service-accounts/:id/api-keys`. */
export function serviceAccountKeyRoutes({ apiKeys, admin, account, change }: ServiceAccountKeyRoutesOptions): Route[] {
  const key = permitted({ keyId: path("keyId", keyIdSchema), account, admin }, async ({ keyId, account }) => {
    const found = await apiKeys.find(keyId);
    return found !== undefined && "client" in found.owner && found.owner.client === account.id ? found : undefined;
  });
  const limit = query("limit", z.int().min(1).max(100).default(50));
  const after = query("after", keyIdSchema.optional());

  return [
    get(
      "/auth/service-accounts/:id/api-keys",
      {
        tags,
        summary: "List the API keys of a service account, newest first",
        deps: { account, limit, after },
        response: keyListSchema,
      },
      async ({ account, limit, after = "" }) => showApiKeys(await apiKeys.list({ client: account.id }, { limit, after }), limit),
    ),
    post(
      "/auth/service-accounts/:id/api-keys",
      {
        tags,
        summary: "Make an API key for a service account; it is shown once",
        deps: { account, admin, change, wanted: body(wantedKeySchema) },
        ...creationAnswers,
      },
      async ({ account, admin, change, wanted }) =>
        showCreatedApiKey(
          await apiKeys.create({ ...wanted, ...change, sessionId: admin.sessionId, owner: { client: account.id } }, admin.scopes),
        ),
    ),
    post(
      "/auth/service-accounts/:id/api-keys/:keyId/rotate",
      {
        tags,
        summary: "Replace an API key of a service account; the old one works until its grace ends",
        deps: { key, admin, change, wanted: body(wantedRotationSchema) },
        ...rotationAnswers,
      },
      async ({ key, admin, change, wanted }) =>
        showCreatedApiKey(await apiKeys.rotate(key.id, { ...wanted, ...change, sessionId: admin.sessionId }, admin.scopes)),
    ),
    del(
      "/auth/service-accounts/:id/api-keys/:keyId",
      { tags, summary: "End an API key of a service account at once", deps: { key, change }, status: 204 },
      async ({ key, change }) => {
        await apiKeys.revoke(key.id, change);
      },
    ),
  ];
}

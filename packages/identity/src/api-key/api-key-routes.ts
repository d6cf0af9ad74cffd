/**
 * Builds the routes on which a signed-in user manages their API keys. A key is not a sign-in: it cannot make, replace or end
 * keys.
 */
import { body, connection, del, get, owned, path, post, query, type Route } from "lockstep";
import { z } from "zod";
import type { SignedInUser } from "../principal/principal.ts";
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

/** The parameter of `apiKeyRoutes()`. */
export interface ApiKeyRoutesOptions {
  readonly apiKeys: ApiKeys;
  readonly signedIn: SignedInUser;
}

const tags = ["API keys"];

/** Builds the routes under `/auth/api-keys`. */
export function apiKeyRoutes({ apiKeys, signedIn }: ApiKeyRoutesOptions): Route[] {
  const user = signedIn;
  const origin = connection();
  const ownKey = owned(
    { id: path("id", keyIdSchema), user },
    ({ id }) => apiKeys.find(id),
    ({ owner }) => ("account" in owner ? owner.account : undefined),
  );
  const limit = query("limit", z.int().min(1).max(100).default(50));
  const after = query("after", keyIdSchema.optional());

  return [
    get(
      "/auth/api-keys",
      { tags, summary: "List my API keys, newest first", deps: { user, limit, after }, response: keyListSchema },
      async ({ user, limit, after = "" }) => showApiKeys(await apiKeys.list({ account: user.id }, { limit, after }), limit),
    ),
    post(
      "/auth/api-keys",
      {
        tags,
        summary: "Make an API key; it is shown once",
        deps: { user, wanted: body(wantedKeySchema), origin },
        ...creationAnswers,
      },
      async ({ user, wanted, origin: { requestId } }) => {
        const request = { ...wanted, owner: { account: user.id }, by: user.id, requestId };
        return showCreatedApiKey(await apiKeys.create(request, user.scopes));
      },
    ),
    post(
      "/auth/api-keys/:id/rotate",
      {
        tags,
        summary: "Replace an API key; the old one works until its grace ends",
        deps: { key: ownKey, user, wanted: body(wantedRotationSchema), origin },
        ...rotationAnswers,
      },
      async ({ key, user, wanted, origin: { requestId } }) =>
        showCreatedApiKey(await apiKeys.rotate(key.id, { ...wanted, by: user.id, requestId }, user.scopes)),
    ),
    del(
      "/auth/api-keys/:id",
      { tags, summary: "End an API key at once", deps: { key: ownKey, user, origin }, status: 204 },
      async ({ key, user, origin: { requestId } }) => {
        await apiKeys.revoke(key.id, { by: user.id, requestId });
      },
    ),
  ];
}

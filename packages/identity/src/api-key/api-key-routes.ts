/**
 * Builds the routes on which a signed-in user manages their API keys. A key is not a sign-in: it cannot make, replace or end
 * keys.
 */
import { body, connection, type Connection, del, get, owned, path, post, query, type Route } from "lockstep";
import { z } from "zod";
import { checkRecentSignIn, type OwnPasswordServices } from "../password/own-password.ts";
import type { SignedInUser, User } from "../principal/principal.ts";
import type { Settings } from "../settings.ts";
import type { KeyChange } from "./api-key-request.ts";
import {
  creationAnswers,
  keyIdSchema,
  keyListSchema,
  rotationAnswers,
  showApiKeys,
  showCreatedApiKey,
  wantedOwnKeySchema,
  wantedOwnRotationSchema,
} from "./api-key-schema.ts";
import type { ApiKeys } from "./api-keys.ts";

/** The parameter of `apiKeyRoutes()`. */
export interface ApiKeyRoutesOptions {
  readonly apiKeys: ApiKeys;
  /** Who may manage the keys of an account. */
  readonly holder: SignedInUser;
  /** Who may make and replace them, with a recent sign-in. Default: the holder, whose sign-in or password the routes check. */
  readonly recentHolder?: SignedInUser;
  readonly settings: Settings;
  readonly throttle: OwnPasswordServices["throttle"];
}

const tags = ["API keys"];

/** Builds the routes under `/auth/api-keys`. */
export function apiKeyRoutes({ apiKeys, holder: user, recentHolder = user, ...services }: ApiKeyRoutesOptions): Route[] {
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
        deps: { user: recentHolder, wanted: body(wantedOwnKeySchema), origin },
        ...creationAnswers,
      },
      async ({ user, wanted: { password, ...wanted }, origin }) => {
        await checkRecentSignIn({ user, password, connection: origin }, services);
        const request = { ...wanted, owner: { account: user.id }, ...madeBy(user, origin) };
        return showCreatedApiKey(await apiKeys.create(request, user.scopes));
      },
    ),
    post(
      "/auth/api-keys/:id/rotate",
      {
        tags,
        summary: "Replace an API key; the old one works until its grace ends",
        deps: { key: ownKey, user: recentHolder, wanted: body(wantedOwnRotationSchema), origin },
        ...rotationAnswers,
      },
      async ({ key, user, wanted: { password, ...wanted } = {}, origin }) => {
        await checkRecentSignIn({ user, password, connection: origin }, services);
        return showCreatedApiKey(await apiKeys.rotate(key.id, { ...wanted, ...madeBy(user, origin) }, user.scopes));
      },
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

function madeBy({ id, sessionId }: User, { requestId }: Connection): KeyChange {
  return { by: id, sessionId, requestId };
}

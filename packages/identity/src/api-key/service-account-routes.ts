/**
 * Builds the routes on which an administrator manages service accounts, which are clients of the client credentials grant, and
 * their API keys. The application's rule decides who is an administrator.
 */
import { body, connection, del, type Dependency, depends, get, path, permitted, post, query, type Route } from "lockstep";
import { z } from "zod";
import type { Client } from "../client/client.ts";
import type { Clients } from "../client/clients.ts";
import { checkHeld } from "./api-key-rules.ts";
import { serviceAccountKeyRoutes } from "./service-account-key-routes.ts";
import {
  createdServiceAccountSchema,
  serviceAccountIdSchema,
  serviceAccountListSchema,
  showServiceAccount,
  wantedServiceAccountSchema,
} from "./service-account-schema.ts";
import type { ApiKeys } from "./api-keys.ts";

/** An administrator of service accounts. */
export interface Administrator {
  /** The id for audit events. */
  readonly id: string;
  /**
   * The scopes of their credential. The accounts and keys that they make get no other scopes, so a token with few scopes cannot
   * make a credential with more.
   */
  readonly scopes: readonly string[];
  /** The session of their credential. A key that they make ends with it. */
  readonly sessionId: string | undefined;
}

type Needed = "authenticated" | "authorized" | "reaches-any";
/** The dependency that the routes get the administrator from. */
export type AdministratorDependency = Dependency<Administrator, "credential" | Needed>;

/** The dependency that loads the service account of the path. */
export type AccountDependency = Dependency<Client, "credential" | Needed | "input" | "param:id" | "checked:path.id">;

/** The dependency that names the author of a change, for the audit event. */
export type ChangeDependency = Dependency<{ readonly by: string; readonly requestId: string }, "credential" | Needed>;

/** The parameter of `serviceAccountRoutes()`. */
export interface ServiceAccountRoutesOptions {
  readonly apiKeys: ApiKeys;
  readonly clients: Clients;
  readonly admin: AdministratorDependency;
}

const tags = ["Service accounts"];

/** Builds the routes under `/auth/service-accounts`. */
export function serviceAccountRoutes({ apiKeys, clients, admin }: ServiceAccountRoutesOptions): Route[] {
  const account = permitted({ id: path("id", serviceAccountIdSchema), admin }, async ({ id }) =>
    serviceAccount(await clients.find(id)),
  );
  const change = depends({ admin, origin: connection() }, ({ admin, origin }) => ({ by: admin.id, requestId: origin.requestId }));
  const limit = query("limit", z.int().min(1).max(100).default(50));
  const after = query("after", serviceAccountIdSchema.optional());

  return [
    get(
      "/auth/service-accounts",
      { tags, summary: "List service accounts, by id", deps: { admin, limit, after }, response: serviceAccountListSchema },
      async ({ limit, after = "" }) => {
        const page = await clients.list({ limit, after });
        const items = page.filter((client) => serviceAccount(client) !== undefined).map(showServiceAccount);
        return { items, next: page.length < limit ? null : (page.at(-1)?.id ?? null) };
      },
    ),
    post(
      "/auth/service-accounts",
      {
        tags,
        summary: "Make a service account; its secret is shown once",
        deps: { admin, change, wanted: body(wantedServiceAccountSchema) },
        response: createdServiceAccountSchema,
        status: 201,
        problems: { 403: { scope_not_held: "A service account can only have scopes that its maker has." } },
      },
      async ({ admin, change, wanted: { name, scopes, jwks } }) => {
        const held = checkHeld(scopes, admin.scopes);
        const { client, secret } = await clients.create({
          name,
          scopes: held,
          grants: ["client_credentials"],
          ...(jwks === undefined ? { authentication: "client_secret_basic" } : { authentication: "private_key_jwt", jwks }),
          ...change,
        });
        return { ...showServiceAccount(client), secret: secret?.reveal() ?? null };
      },
    ),
    ...stateRoutes(clients, account, change),
    ...serviceAccountKeyRoutes({ apiKeys, admin, account, change }),
  ];
}

function stateRoutes(clients: Clients, account: AccountDependency, change: ChangeDependency): Route[] {
  return [
    post(
      "/auth/service-accounts/:id/disable",
      { tags, summary: "Disable a service account", deps: { account, change }, status: 204 },
      async ({ account, change }) => {
        await clients.disable(account.id, change);
      },
    ),
    post(
      "/auth/service-accounts/:id/enable",
      { tags, summary: "Enable a disabled service account", deps: { account, change }, status: 204 },
      async ({ account, change }) => {
        await clients.enable(account.id, change);
      },
    ),
    del(
      "/auth/service-accounts/:id",
      { tags, summary: "Delete a service account with its keys", deps: { account, change }, status: 204 },
      async ({ account, change }) => {
        await clients.delete(account.id, change);
      },
    ),
  ];
}

/** Returns the client if it is a service account. */
function serviceAccount(client: Client | undefined): Client | undefined {
  return client?.grants.includes("client_credentials") === true ? client : undefined;
}

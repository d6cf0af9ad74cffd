/** A node that accepts the access tokens of a provider and hears its events. */
import type { TestContext } from "node:test";
import { type Api, authenticate, createApi, get, httpBearer, identified } from "lockstep";
import { oidc } from "lockstep/oidc";
import type { TestIssuer } from "../../../lockstep/src/oidc/test-issuer.fixture.ts";
import { withOwnRevocations } from "../revocation/own-revocations.ts";
import { RevocationFeed, type RevocationFeedOptions } from "../revocation/revocation-feed.ts";
import { patientFeed, testSettings, type TestSettings } from "../settings.fixture.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { type ProviderEvents, providerEvents, type ProviderEventsOptions } from "./provider-events.ts";

/** The API that the provider's access tokens are for. */
export const audience: string = "https://api.test";

/** A provider: its `iss`, and how it is reached. */
export interface NodeProvider {
  readonly issuer: string;
  readonly clock?: () => number;
}

/** How a node is opened. */
export interface NodeOptions {
  readonly events: ProviderEventsOptions;
  readonly providers: readonly NodeProvider[];
  readonly feed?: RevocationFeedOptions;
  readonly settings?: Partial<Settings>;
}

/** A node. */
export interface ProviderNode extends Omit<TestSettings, "clock" | "mails"> {
  readonly api: Api;
  readonly feed: RevocationFeed;
  readonly received: ProviderEvents;
  /** The status of `GET /me/n` with an access token of the provider with that number. */
  readonly status: (token: string, provider?: number) => Promise<number>;
}

/** Opens a node on a database. It is closed after the test. */
export async function openNode(t: Pick<TestContext, "after">, database: Database, options: NodeOptions): Promise<ProviderNode> {
  const { providers, feed: feedOptions = {} } = options;
  const base = testSettings(database, options.settings);
  const foreignIssuers = providers.map(({ issuer }) => issuer);
  const feed = await RevocationFeed.open(base.settings, { ...patientFeed, ...feedOptions, foreignIssuers });
  const settings = { ...base.settings, database: withOwnRevocations(database, feed) };
  const received = providerEvents({ settings, feed }, options.events);
  const mine = providers.map(({ issuer, clock }, number) => {
    const tokens = oidc({
      issuer,
      audience,
      algorithms: ["ES256"],
      typ: "at+jwt",
      allowLoopback: true,
      revoked: (claims) => received.isRevoked(claims),
      ...(clock === undefined ? {} : { clock }),
    });
    const caller = authenticate({ claims: tokens.claims(httpBearer()) }, ({ claims }) => identified({ id: claims.sub }, claims));
    return get(`/me/${number}`, { deps: { caller } }, () => "Hello");
  });
  const api = createApi({ title: "Node", version: "1", audit: () => {}, routes: [...received.routes, ...mine] });
  t.after(async () => {
    await received.close();
    await feed.close();
  });
  const status: ProviderNode["status"] = async (token, provider = 0) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await api.fetch(new Request(`https://api.test/me/${provider}`, { headers }))).status;
  };
  return { settings, events: base.events, api, feed, received, status };
}

/** The options about the issuer of a test as a sender of events. */
export function senderOf({ issuer }: Pick<TestIssuer, "issuer">, name: string) {
  return { issuer, audience: name, algorithms: ["ES256"], allowLoopback: true } as const;
}

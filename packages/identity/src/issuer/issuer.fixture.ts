/** Nodes of one service for tests: they share a database, and their clocks can be set. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { InvalidCredential, Redacted } from "lockstep";
import type { Claims, JwtVerifier } from "lockstep/jwt";
import { revocationPosition } from "../revocation/revocation-log.ts";
import { RevocationFeed } from "../revocation/revocation-feed.ts";
import { patientFeed, testSettings, type TestSettings } from "../settings.fixture.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { AccessTokens, type TokenGrant } from "./access-tokens.ts";

/** One process of the service. */
export interface Node extends TestSettings {
  readonly feed: RevocationFeed;
  readonly tokens: AccessTokens;
}

/** Starts a process on a database; it ends with the test. */
export async function startNode(
  test: Pick<TestContext, "after">,
  database: Database,
  overrides: Partial<Settings> = {},
): Promise<Node> {
  const made = testSettings(database, overrides);
  const feed = await RevocationFeed.open(made.settings, patientFeed);
  const tokens = await AccessTokens.open(made.settings, feed);
  test.after(async () => {
    await tokens.close();
    await feed.close();
  });
  return { ...made, feed, tokens };
}

/** Issues a token for alice at the current position of the revocation log. */
export async function issue({ tokens, settings }: Node, grant: Partial<TokenGrant> = {}): Promise<Redacted<string>> {
  const position = await settings.database.run(revocationPosition());
  const { token } = await tokens.issue({ sub: "alice", subType: "user", clientId: "web", scope: "notes:read", position, ...grant });
  return new Redacted(token);
}

/** A token as a scheme extracts it. */
export function presented(token: string): Redacted<string> {
  return new Redacted(token);
}

/** Decodes the header (0) or the claims (1) of a token, without verifying it. */
export function part(token: Redacted<string>, index: 0 | 1): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.reveal().split(".")[index] ?? "", "base64url").toString());
}

/** Asserts that a token is refused. Returns the reason. */
export async function refusal(by: Pick<JwtVerifier, "verify">, token: Redacted<string>): Promise<string> {
  let reason = "";
  await assert.rejects(
    async (): Promise<Claims> => by.verify(token),
    (error) => {
      assert.ok(error instanceof InvalidCredential, String(error));
      reason = error.reason;
      return true;
    },
  );
  return reason;
}

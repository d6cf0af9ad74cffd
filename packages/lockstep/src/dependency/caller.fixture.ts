/**
 * Callers for tests: schemes, and dependencies that authenticate with them. The text of a credential names the scopes that it
 * grants.
 */
import { authenticate } from "../access/authenticate.ts";
import { deny } from "../outcome/deny.ts";
import { identified, type Identified } from "../outcome/identified.ts";
import { apiKeyCookie } from "../scheme/api-key-cookie.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import type { Redacted } from "../secret/redacted.ts";

/** A caller of a test. */
export interface Caller {
  readonly name: string;
}

/** Verifies a test's credential. `bad` is refused. Any other text names the scopes that it grants. */
export function verify(name: string, credential: Redacted<string>): Identified<Caller> {
  const scope = credential.reveal();
  return scope === "bad" ? deny("bad credential") : identified({ name }, { sub: name, scope });
}

const scopes = { read: "Read", write: "Write" };

/** Explicit: a header. */
export const userKey = apiKeyHeader({ name: "X-User", schemeName: "user", scopes });
/** Explicit: another header. */
export const serviceKey = apiKeyHeader({ name: "X-Service", schemeName: "service", scopes });
/** Ambient: a cookie. */
export const sessionKey = apiKeyCookie({ name: "session", schemeName: "session", scopes });

/** The caller with the user's key. */
export const user = authenticate({ key: userKey }, ({ key }) => verify("user", key));
/** The caller with the service's key. */
export const service = authenticate({ key: serviceKey }, ({ key }) => verify("service", key));
/** The caller with the session. */
export const session = authenticate({ key: sessionKey }, ({ key }) => verify("session", key));

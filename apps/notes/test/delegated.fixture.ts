/** The provider of `npm run start:delegated`, the variables that name it, and people who sign in there. */
import { createHash, randomBytes } from "node:crypto";
import { freePort, signIn } from "../../../examples/14-mcp-server/issuer.fixture.ts";
import { noteScopes } from "../src/scopes.ts";
import { docsClient, jobClient, type RunningProvider, startProvider } from "../delegated/provider.ts";

/** The variables of a provider. */
export type AuthVariables = Readonly<Record<`AUTH_${string}`, string>>;

/** A provider for an API, and tokens of it. */
export interface Delegated {
  readonly provider: RunningProvider;
  readonly env: AuthVariables;
  /** A token of a person who signs in under a name, by authorization code and PKCE. */
  readonly tokenOf: (name: string, scope?: string) => Promise<string>;
  /** A token of the program, for itself. */
  readonly programToken: (scope?: string) => Promise<string>;
}

export { freePort };

/** The variables of the provider at an address. */
export function variablesOf(issuer: string, audience: string): AuthVariables {
  return {
    AUTH_ISSUER: issuer,
    AUTH_AUDIENCE: audience,
    AUTH_CLAIMS: "rfc9068",
    AUTH_CLIENT_ID: docsClient,
    AUTH_ALLOW_LOOPBACK_ISSUER: "1",
  };
}

/** Starts a provider, which ends with the test. `notes` is the origin of the API that its tokens are for. */
export async function openProvider(
  t: { after(end: () => Promise<void>): unknown },
  notes: string,
  scopes: readonly string[] = Object.keys(noteScopes),
): Promise<Delegated> {
  const provider = await startProvider({ port: 0, notes, scopes });
  t.after(() => provider.close());
  const { issuer } = provider;
  const redirect = `${notes}/docs/oauth2-redirect.html`;
  const all = ["openid", ...scopes, "account"].join(" ");
  return {
    provider,
    env: variablesOf(issuer, notes),
    tokenOf: async (name, scope = all) => {
      const verifier = randomBytes(32).toString("base64url");
      const challenge = createHash("sha256").update(verifier).digest("base64url");
      const start = new URL(`${issuer}/auth`);
      const request = { client_id: docsClient, response_type: "code", redirect_uri: redirect, scope, resource: notes };
      start.search = String(new URLSearchParams({ ...request, code_challenge: challenge, code_challenge_method: "S256" }));
      const code = (await signIn(start, name, redirect)).searchParams.get("code") ?? "";
      const exchange = { grant_type: "authorization_code", code, redirect_uri: redirect, client_id: docsClient };
      return tokenIn(await post(`${issuer}/token`, { ...exchange, code_verifier: verifier, resource: notes }));
    },
    programToken: async (scope = scopes.join(" ")) => {
      const { id, secret } = jobClient;
      const headers = { authorization: `Basic ${btoa(`${id}:${secret}`)}` };
      return tokenIn(await post(`${issuer}/token`, { grant_type: "client_credentials", scope, resource: notes }, headers));
    },
  };
}

function post(url: string, form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) {
  return fetch(url, { method: "POST", body: new URLSearchParams(form), headers });
}

async function tokenIn(answer: Response): Promise<string> {
  const text = await answer.text();
  const body: unknown = JSON.parse(text);
  if (typeof body === "object" && body !== null && "access_token" in body) return String(body.access_token);
  throw new Error(`The provider issued no token: ${text}`);
}

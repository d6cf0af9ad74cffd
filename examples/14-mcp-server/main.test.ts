import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { fastifyServer } from "lockstep/fastify";
import { freePort, openIssuer, signIn } from "./issuer.fixture.ts";
import { mcpApi } from "./main.ts";

const redirectUrl = "http://127.0.0.1:1/callback";
const url = `http://127.0.0.1:${await freePort()}/mcp`;
const issuer = await openIssuer({ resource: url, scope: "notes:read" });
const server = fastifyServer(mcpApi({ url, issuer: issuer.url }));
await server.listen({ host: "127.0.0.1", port: Number(new URL(url).port) });
after(async () => {
  await server.close();
  await issuer.close();
});

/** What a client remembers of its authorization. The person is sent to `asked`. */
function authorization(): { readonly provider: OAuthClientProvider; asked(): URL } {
  let client: Awaited<ReturnType<OAuthClientProvider["clientInformation"]>>;
  let tokens: Awaited<ReturnType<OAuthClientProvider["tokens"]>>;
  let [verifier, asked] = ["", new URL("http://127.0.0.1:1/not-asked")];
  const provider: OAuthClientProvider = {
    redirectUrl,
    clientMetadata: { client_name: "Agent", redirect_uris: [redirectUrl], token_endpoint_auth_method: "none" },
    clientInformation: () => client,
    saveClientInformation: (saved) => void (client = saved),
    tokens: () => tokens,
    saveTokens: (saved) => void (tokens = saved),
    redirectToAuthorization: (to) => void (asked = to),
    saveCodeVerifier: (saved) => void (verifier = saved),
    codeVerifier: () => verifier,
  };
  return { provider, asked: () => asked };
}

test("a client finds the authorization server, signs in, and calls a tool as that person", async () => {
  for (const [person, notes] of [
    ["ann", ["Buy milk"]],
    ["ben", ["Call Ann"]],
  ] as const) {
    const { provider, asked } = authorization();
    const first = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
    await assert.rejects(new Client({ name: "agent", version: "1" }).connect(first), UnauthorizedError);
    const asking = asked();
    assert.equal(asking.origin, issuer.url);
    assert.equal(asking.searchParams.get("resource"), url);
    assert.equal(asking.searchParams.get("scope"), "notes:read");

    const code = (await signIn(asking, person, redirectUrl)).searchParams.get("code") ?? "";
    await first.finishAuth(code);
    const client = new Client({ name: "agent", version: "1" });
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider: provider }));
    assert.deepEqual(
      (await client.listTools()).tools.map(({ name }) => name),
      ["list_notes"],
    );
    const { content } = await client.callTool({ name: "list_notes", arguments: {} });
    assert.deepEqual(content, [{ type: "text", text: JSON.stringify(notes) }]);
    await client.close();
  }
});

test("a token for another API, and one without the scope, are refused", async () => {
  const token = async (scope: string, resource: string): Promise<string> => issuer.issue("ann", scope, resource);
  const call = async (bearer: string): Promise<number> => {
    const headers = {
      authorization: `Bearer ${bearer}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
    return (await fetch(url, { method: "POST", headers, body })).status;
  };
  assert.equal(await call(await token("notes:read", url)), 200);
  assert.equal(await call(await token("notes:read", `${url}/other`)), 401);
  assert.equal(await call(await token("", url)), 403);
});

test("without a token the answer names the metadata, and the metadata names the issuer (RFC 9728)", async () => {
  const refused = await fetch(url, { method: "POST" });
  assert.equal(refused.status, 401);
  // The client asks the issuer for the scopes that the call needs.
  assert.match(refused.headers.get("www-authenticate") ?? "", /^Bearer realm="[^"]+", scope="notes:read", resource_metadata="/);
  const metadataUrl = /resource_metadata="([^"]+)"/.exec(refused.headers.get("www-authenticate") ?? "")?.[1] ?? "";
  const metadata = (await (await fetch(metadataUrl)).json()) as Record<string, unknown>;
  assert.deepEqual(
    [metadata["resource"], metadata["authorization_servers"], metadata["scopes_supported"]],
    [url, [issuer.url], ["notes:read"]],
  );
});

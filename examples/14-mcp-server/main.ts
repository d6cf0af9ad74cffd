/** A server of the Model Context Protocol: clients find the authorization server, and call tools as the person who signed in. */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { type Api, authenticate, createApi, header, httpBearer, identified, nothing, post, rawBody, reply } from "lockstep";
import { scopes, unchecked } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { jwtVerifier, remoteJwks } from "lockstep/jwt";
import { z } from "zod";

const notes = new Map([
  ["ann", ["Buy milk"]],
  ["ben", ["Call Ann"]],
]);

/** The tools that a caller has: they see this caller's notes only. */
function toolsOf(caller: { readonly id: string }): McpServer {
  const server = new McpServer({ name: "notes", version: "1.0.0" });
  server.registerTool("list_notes", { description: "Lists your notes." }, () => ({
    content: [{ type: "text", text: JSON.stringify(notes.get(caller.id) ?? []) }],
  }));
  return server;
}

/** `url` is where clients reach `/mcp`. It is the audience of the tokens (RFC 8707). */
export function mcpApi({ url, issuer }: { readonly url: string; readonly issuer: string }): Api {
  const keys = remoteJwks({ issuer, allowLoopback: true }); // for the test; leave the option out in production
  const accessTokens = jwtVerifier({ issuer, audience: url, keys, algorithms: ["RS256", "ES256"], typ: "at+jwt" });
  const token = httpBearer({ bearerFormat: "JWT", scopes: { "notes:read": "Read your notes" } });
  const caller = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => identified({ id: claims.sub }, claims));
  const deps = {
    caller: scopes(caller, "notes:read"),
    accept: header("Accept", z.string()),
    call: rawBody({ mediaTypes: ["application/json"], identifies: nothing("JSON-RPC: each tool checks its arguments") }),
  };
  return createApi({
    title: "Notes for agents",
    version: "1.0.0",
    resource: { url, authorizationServers: [issuer] }, // RFC 9728: a 401 tells the client where to sign in
    routes: [
      post("/mcp", { deps, response: unchecked("the SDK writes JSON-RPC") }, async ({ caller, accept, call }) => {
        const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
        await toolsOf(caller).connect(transport);
        const headers = { accept, "content-type": "application/json" };
        const answer = await transport.handleRequest(new Request(url, { method: "POST", headers, body: call.slice() }));
        return answer.status === 200 ? await answer.json() : reply(answer.status, undefined);
      }),
    ],
  });
}

if (import.meta.main) {
  const { PORT: port = "3000", ISSUER: issuer = "http://127.0.0.1:4000" } = process.env;
  const server = fastifyServer(mcpApi({ url: `http://127.0.0.1:${port}/mcp`, issuer }));
  console.log(`${await server.listen({ host: "127.0.0.1", port: Number(port) })}/mcp takes tokens of ${issuer}`);
}

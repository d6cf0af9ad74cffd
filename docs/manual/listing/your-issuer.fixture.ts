/** Runs the commands of the page "Your issuer" against an issuer on this machine, and shows it under a public name. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { call } from "../../../packages/lockstep/src/cli/cli.fixture.ts";
import * as f from "../../../packages/lockstep/src/token/token.fixture.ts";

/** As long as the address on this machine, so lines break in the same places. */
const shownOrigin = "https://id.example.com";

/** A running issuer that looks like a realm of Keycloak. */
export interface Realm {
  readonly issuer: string;
  readonly origin: string;
  readonly close: () => void;
}

/** Starts the issuer. */
export async function startRealm(): Promise<Realm> {
  let server: Server;
  let origin = "";
  const endpoint = (name: string): string => `${origin}/realms/acme/protocol/openid-connect/${name}`;
  const metadata = (): object => ({
    issuer: `${origin}/realms/acme`,
    authorization_endpoint: endpoint("auth"),
    token_endpoint: endpoint("token"),
    introspection_endpoint: endpoint("token/introspect"),
    revocation_endpoint: endpoint("revoke"),
    end_session_endpoint: endpoint("logout"),
    jwks_uri: endpoint("certs"),
    grant_types_supported: ["authorization_code", "client_credentials", "refresh_token"],
    code_challenge_methods_supported: ["S256"],
    dpop_signing_alg_values_supported: ["ES256"],
    tls_client_certificate_bound_access_tokens: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  });
  const keys = [
    { ...f.krJwk, kid: "2026-01", use: "sig" },
    { ...f.krJwk, kid: "enc-01", use: "enc", alg: "RSA-OAEP" },
  ];
  const answers: Readonly<Record<string, () => object>> = {
    "/realms/acme/.well-known/openid-configuration": metadata,
    "/realms/acme/protocol/openid-connect/certs": () => ({ keys }),
  };
  server = createServer(({ url = "" }, response) => {
    const answer = answers[url];
    if (answer === undefined) return response.writeHead(404).end();
    return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer()));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  origin = `http://127.0.0.1:${address.port}`;
  return {
    origin,
    issuer: `${origin}/realms/acme`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** An access token of the realm, with some claims replaced. */
export function realmToken({ issuer }: Realm, over: object = {}): string {
  const header = { alg: "RS256", typ: "JWT", kid: "2026-01" };
  const claims = {
    exp: f.now + 300,
    iat: f.now - 20,
    iss: issuer,
    aud: ["notes", "account"],
    sub: "7f1c0f0e",
    typ: "Bearer",
    azp: "notes-web",
    sid: "b2f1c9d0",
    scope: "openid notes:read",
    resource_access: { notes: { roles: ["editor"] } },
  };
  return f.compact(header, { ...claims, ...over }, f.rsa("sha256"));
}

/** The output of a command, as an issuer on the internet would have it. */
export async function shown(realm: Realm, args: readonly string[], stdin = ""): Promise<string> {
  const { stdout, stderr } = await call(["issuer", realm.issuer, "--allow-loopback", ...args], { stdin, clock: () => f.nowMs });
  assert.equal(stderr, "");
  // Origins of five digits are as long as the shown one.
  const port = realm.origin.padEnd(shownOrigin.length);
  return stdout
    .split("\n")
    .filter((line) => !/allowLoopback|AUTH_ALLOW_LOOPBACK/.test(line))
    .join("\n")
    .replaceAll(port, shownOrigin)
    .trimEnd();
}

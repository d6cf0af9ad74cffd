/**
 * An identity provider on this machine, for trying delegated identity and for its tests: `oidc-provider`, the certified
 * implementation for Node. Its development pages sign anybody in under any name, so it is nothing for production.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { generateSigningKey } from "lockstep/jwt";
import Provider, { type Configuration, errors } from "oidc-provider";
import { noteScopes } from "../src/scopes.ts";

/** The parameters of `startProvider()`. */
export interface ProviderOptions {
  /** 0 for a free port. */
  readonly port: number;
  /** The origin of the notes API: the audience of the tokens, and the place of the documentation page. */
  readonly notes: string;
  /** The scopes of the API. Default: those of notes. */
  readonly scopes?: readonly string[];
}

/** The public client of the documentation page. It proves with PKCE that it has asked for the code. */
export const docsClient = "notes-docs";
/** A program with a secret, which gets tokens for itself. */
export const jobClient = { id: "nightly-job", secret: "only-for-the-demo-0123456789" } as const;

/** A running provider. */
export interface RunningProvider {
  readonly issuer: string;
  readonly close: () => Promise<void>;
}

/** Starts the provider. */
export async function startProvider({ port, notes, scopes = Object.keys(noteScopes) }: ProviderOptions): Promise<RunningProvider> {
  const server = createServer();
  await once(server.listen(port, "127.0.0.1"), "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new TypeError("The provider has no port");
  const issuer = `http://127.0.0.1:${address.port}`;
  const provider = new Provider(issuer, await configuration(notes, scopes));
  const answer = provider.callback();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => void answer(request, response));
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  return { issuer, close };
}

async function configuration(notes: string, own: readonly string[]): Promise<Configuration> {
  // With the scope `account`, a token may manage the API keys of its account.
  const scopes = [...own, "account"];
  const key = await generateSigningKey("ES256");
  return {
    clients: [
      {
        client_id: docsClient,
        token_endpoint_auth_method: "none",
        application_type: "native",
        redirect_uris: [`${notes}/docs/oauth2-redirect.html`],
        grant_types: ["authorization_code"],
        response_types: ["code"],
        id_token_signed_response_alg: "ES256",
      },
      {
        client_id: jobClient.id,
        client_secret: jobClient.secret,
        redirect_uris: [],
        grant_types: ["client_credentials"],
        response_types: [],
        id_token_signed_response_alg: "ES256",
      },
    ],
    jwks: { keys: [{ ...key }] },
    scopes,
    cookies: { keys: ["a demo"] },
    ttl: { AccessToken: 600, ClientCredentials: 600, Grant: 3600, Interaction: 600, Session: 3600, IdToken: 600 },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    clientBasedCORS: (_context, origin) => origin === notes,
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        // A token is for the notes API, whether or not the client says so (RFC 8707).
        defaultResource: () => notes,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => {
          if (resource !== notes) throw new errors.InvalidTarget();
          return {
            scope: scopes.join(" "),
            audience: notes,
            accessTokenFormat: "jwt",
            accessTokenTTL: 600,
            jwt: { sign: { alg: "ES256" } },
          };
        },
      },
    },
  };
}

import { createApi, get, Redacted, scopes } from "lockstep";
import { fastifyServer } from "lockstep/fastify";
import { generateIdentityKey, identity, logMail } from "lockstep-identity";
import { openSqlite } from "lockstep-identity/sqlite";

export const database = openSqlite(process.env["DATABASE"] ?? ":memory:");

export const auth = await identity({
  database,
  issuer: "http://127.0.0.1:3000", // in production: https://api.example.com
  audience: "notes",
  key: new Redacted(process.env["IDENTITY_KEY"] ?? generateIdentityKey().reveal()),
  scopes: { "notes:read": "Read notes", "notes:write": "Write notes", "notes:admin": "Administer accounts" },
  mail: logMail(console.log), // in production: smtpMail({ … })
  keyPrefix: "notes",
  passwordGrant: true,
  registration: "open",
  defaultScopes: ["notes:read", "notes:write"], // of people who register themselves
});

// Accepts an access token, a session cookie or a user's API key.
const reader = scopes(auth.currentUser, "notes:read");

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  docs: { public: "an example on this machine" },
  routes: [
    ...auth.routes,
    get("/notes", { deps: { user: reader } }, ({ user }) => `notes of ${user.id}`),
    get("/report", { deps: { client: auth.apiClient } }, ({ client }) => `report for ${client.name}`),
    get("/payments", { deps: { user: auth.freshUser } }, ({ user }) => `paid by ${user.id}`),
  ],
});

if (import.meta.main) console.log(await fastifyServer(api).listen({ host: "127.0.0.1", port: 3000 }));

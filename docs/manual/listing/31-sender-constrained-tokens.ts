import { type Api, authenticate, createApi, get, httpBearer, identified, oauth2ClientCredentials } from "lockstep";
import {
  dpop,
  type HmacSecret,
  jwtVerifier,
  mutualTlsBound,
  postgresProofReplays,
  type ProofPool,
  type ProofRedis,
  type ProofReplays,
  redisProofReplays,
} from "lockstep/jwt";
import { issuer, keys, users } from "./setting.ts";

const accessTokens = jwtVerifier({ issuer, audience: "notes", keys, algorithms: ["ES256"], typ: "at+jwt" });

/** An API whose tokens are worth nothing without the key of their holder. */
export function strictApi(replays: ProofReplays): Api {
  // #region required
  const token = httpBearer({ senderConstraint: dpop({ replays, required: true }) });

  const currentUser = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => {
    const user = users.get(claims.sub);
    return user && identified(user, claims);
  });

  return createApi({
    title: "Notes",
    version: "1.0.0",
    servers: [{ url: "https://notes.example" }], // the address that proofs are made for
    routes: [get("/me", { deps: { user: currentUser } }, ({ user }) => user.email)],
  });
  // #endregion
}

/** An API for clients that move to DPoP one by one, with a nonce in each proof. */
export function movingApi(replays: ProofReplays, nonceSecret: HmacSecret): Api {
  // #region allowed
  const token = httpBearer({
    senderConstraint: dpop({
      replays,
      nonce: { secrets: [nonceSecret] }, // hmacSecret({ hex: process.env.DPOP_NONCE_SECRET })
      baseUrls: ["https://example.com/notes-api"], // a proxy removes /notes-api
    }),
  });
  // #endregion
  const currentUser = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => users.get(claims.sub));
  const routes = [get("/me", { deps: { user: currentUser } }, ({ user }) => user.email)];
  return createApi({ title: "Notes", version: "1.0.0", routes });
}

/** Stores that several processes share. */
export function sharedStores(pool: ProofPool, client: ProofRedis): readonly ProofReplays[] {
  // #region stores
  const inPostgres = postgresProofReplays(pool); // a pool of pg; creates the table dpop_proofs
  const inRedis = redisProofReplays(client); // a connected client of redis or ioredis
  // #endregion
  return [inPostgres, inRedis];
}

/** An API for services with certificates. */
export function serviceApi(): Api {
  // #region certificate
  const token = oauth2ClientCredentials({
    tokenUrl: "https://login.example/token",
    senderConstraint: mutualTlsBound({ required: true }),
  });

  const client = authenticate({ claims: accessTokens.claims(token) }, ({ claims }) => ({ id: claims.sub }));
  // #endregion
  const routes = [get("/me", { deps: { client } }, ({ client }) => client.id)];
  return createApi({ title: "Notes", version: "1.0.0", routes });
}

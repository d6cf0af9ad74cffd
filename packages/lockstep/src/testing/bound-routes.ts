/** The routes of the suite's API whose tokens are bound to a key of the client, and a client that proves to have it. */
import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, SignJWT } from "jose";
import { authenticate } from "../access/authenticate.ts";
import { scopes } from "../access/scopes.ts";
import { nothing } from "../input/nothing.ts";
import { path } from "../input/path.ts";
import { identified } from "../outcome/identified.ts";
import { get, post, type Route } from "../route/route.ts";
import { unchecked } from "../route/unchecked.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { hmacSecret } from "../token/hmac-secret.ts";
import { jwks } from "../token/jwks.ts";
import { jwtVerifier } from "../token/jwt-verifier.ts";
import { dpop } from "../token/sender/dpop.ts";
import { memoryProofReplays } from "../token/sender/memory-proof-replays.ts";
import { anyText } from "./plain-schema.ts";
import { ranOn } from "./suite-access.ts";
import type { World } from "./world.ts";

const response = unchecked("the suite compares every answer");
const [issuer, audience] = ["https://as.test", "https://suite.test"];
const issuerKey = generateKeyPairSync("ec", { namedCurve: "P-256" });
const clientKey = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** A public key on a curve (RFC 7518 §6.2). */
type CurveKey = Readonly<Record<"kty" | "crv" | "x" | "y", string>>;

function publicJwk(key: KeyObject): CurveKey {
  const { kty = "", crv = "", x = "", y = "" } = key.export({ format: "jwk" });
  return { kty, crv, x, y };
}

/** A token that is bound to the client's key. */
export async function boundToken(): Promise<string> {
  const cnf = { jkt: await calculateJwkThumbprint(publicJwk(clientKey.publicKey)) };
  const claims = new SignJWT({ cnf, scope: "notes:read notes:write" }).setIssuer(issuer).setAudience(audience).setSubject("alice");
  const header = { alg: "ES256", typ: "at+jwt" };
  return claims.setIssuedAt().setExpirationTime("5m").setProtectedHeader(header).sign(issuerKey.privateKey);
}

let proofs = 0;

/** A proof for one request. The host's own address plays no part in it. */
export async function proofFor(token: string, method: string, target: string, nonce?: string): Promise<string> {
  proofs += 1;
  const ath = createHash("sha256").update(token).digest("base64url");
  const claims = { htm: method, htu: `${audience}${target}`, jti: `suite-${proofs}`, ath, ...(nonce !== undefined && { nonce }) };
  const header = { alg: "ES256", typ: "dpop+jwt", jwk: publicJwk(clientKey.publicKey) };
  return new SignJWT(claims).setIssuedAt().setProtectedHeader(header).sign(clientKey.privateKey);
}

/** Routes that accept tokens only with a proof, with and without a nonce. */
export function boundRoutes(world: World): Route[] {
  const ran = ranOn(world);
  const verifier = jwtVerifier({
    issuer,
    audience,
    keys: jwks({ keys: [publicJwk(issuerKey.publicKey)] }),
    algorithms: ["ES256"],
    typ: "at+jwt",
  });
  const common = { replays: memoryProofReplays(), required: true, baseUrls: [audience], windowSeconds: 600 } as const;
  const caller = (schemeName: string, secret?: Uint8Array) => {
    const nonce = secret && { nonce: { secrets: [hmacSecret(secret)] as const } };
    const token = httpBearer({
      schemeName,
      senderConstraint: dpop({ ...common, ...nonce }),
      scopes: { "notes:read": "Read notes", "notes:write": "Change notes" },
    });
    return authenticate({ claims: verifier.claims(token) }, ({ claims }) => identified({ id: claims.sub }, claims));
  };
  const holder = caller("Bound");
  const asked = caller("BoundWithNonce", crypto.getRandomValues(new Uint8Array(32)));
  const name = path("name", anyText, { identifies: nothing("only repeated") });
  return [
    get("/bound/:name", { deps: { holder, name }, response }, ({ holder, name }) =>
      ran("GET /bound/:name", { id: holder.id, name }),
    ),
    post("/bound", { deps: { writer: scopes(holder, "notes:write") }, response }, ({ writer }) =>
      ran("POST /bound", { id: writer.id }),
    ),
    get("/bound-with-nonce", { deps: { asked }, response }, ({ asked }) => ran("GET /bound-with-nonce", { id: asked.id })),
  ];
}

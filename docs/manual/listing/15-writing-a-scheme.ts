import { createHmac } from "node:crypto";
import { authenticate, createApi, deny, get, Redacted, sameSecret, secret } from "lockstep";
import { buildChallenge, type Extraction, findCredential, malformedCredential, scheme } from "lockstep/scheme";

// #region scheme
interface Voucher {
  readonly userId: string;
  readonly seconds: string; // since 1970
  readonly signature: string;
}

const malformed = malformedCredential("gateway: not userId.seconds.signature");

export const gateway = scheme({
  name: "Gateway",
  place: "authorization gateway",
  ambient: false,
  scopes: {},
  extract(source): Extraction<Voucher> {
    const found = findCredential(source, "gateway");
    if (typeof found !== "string") return found; // absent, repeated, or not one well-formed credential
    const [, userId, seconds, signature] = /^([\w-]+)\.(\d+)\.([\w-]{43})$/.exec(found) ?? [];
    if (userId === undefined || seconds === undefined || signature === undefined) return malformed;
    return new Redacted({ userId, seconds, signature });
  },
  challenge: ({ realm, error }) => buildChallenge("Gateway", { realm, error }),
  openapi: { type: "http", scheme: "gateway", description: "Set by the gateway." },
});
// #endregion

// #region verify
const key = secret(crypto.randomUUID()); // an application shares a random key with its gateway

export function sign(userId: string, seconds: string): string {
  return createHmac("sha256", key.reveal()).update(`${userId}.${seconds}`).digest("base64url");
}

const caller = authenticate({ voucher: gateway }, ({ voucher }) => {
  const { userId, seconds, signature } = voucher.reveal();
  if (!sameSecret(signature, sign(userId, seconds))) deny("the signature is wrong");
  if (Math.abs(Date.now() / 1000 - Number(seconds)) > 60) deny("the voucher is too old");
  return { id: userId };
});

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  routes: [get("/me", { deps: { caller } }, ({ caller }) => caller.id)],
});
// #endregion

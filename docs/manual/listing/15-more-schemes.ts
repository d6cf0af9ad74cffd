import { createHmac } from "node:crypto";
import { authenticate, createApi, deny, get, identified, Redacted, sameSecret, scopes, secret, signedHeader } from "lockstep";
import {
  buildChallenge,
  type Extraction,
  findCredential,
  findHeader,
  findParameters,
  malformedCredential,
  scheme,
  type Scheme,
  type ScopedOptions,
} from "lockstep/scheme";

// #region any
export function ticketScheme<const Sc extends string = never>(options: ScopedOptions<Sc> = {}): Scheme<string, Sc> {
  return scheme({
    name: options.schemeName ?? "Ticket",
    place: "authorization ticket",
    ambient: false,
    scopes: options.scopes,
    extract(source): Extraction<string> {
      const found = findCredential(source, "ticket");
      return typeof found === "string" ? new Redacted(found) : found;
    },
    challenge: ({ realm, error, scope }) => buildChallenge("Ticket", { realm, error, scope }),
    openapi: { type: "http", scheme: "ticket", description: options.description },
  });
}
// #endregion

const ticket = ticketScheme({ scopes: { "notes:read": "Read notes" } });
const holder = authenticate({ ticket }, ({ ticket }) =>
  ticket.reveal() === "reader" ? identified({ id: "reader" }, { sub: "reader", scope: "notes:read" }) : undefined,
);

// #region request
const notHex = malformedCredential("X-Signature: not 64 hexadecimal digits");

export const signature = scheme({
  name: "GatewaySignature",
  place: "header x-signature",
  ambient: false,
  extract(source): Extraction<{ hex: string; target: string }> {
    const found = findHeader(source, "X-Signature");
    if (typeof found !== "string") return found;
    if (!/^[0-9a-f]{64}$/.test(found)) return notHex;
    return new Redacted({ hex: found, target: `${source.request.method} ${source.request.path}?${source.request.query}` });
  },
  challenge: ({ realm, error }) => buildChallenge("GatewaySignature", { realm, error }),
  openapi: { type: "apiKey", in: "header", name: "X-Signature", description: "HMAC-SHA256 of the request" },
});
// #endregion

// #region gateway
const shared = secret(crypto.randomUUID());
const hmac = (text: string) => createHmac("sha256", shared.reveal()).update(text).digest("hex");

const signed = { signature, user: signedHeader("X-User"), time: signedHeader("X-Time") };

const gatewayUser = authenticate(signed, ({ signature, user, time }) => {
  const { hex, target } = signature.reveal();
  if (!sameSecret(hex, hmac(`${target} ${user.reveal()} ${time.reveal()}`))) deny("the signature is wrong");
  if (!(Math.abs(Date.now() / 1000 - Number(time.reveal())) < 60)) deny("the request is too old");
  return { id: user.reveal() };
});
// #endregion

export const sign = hmac;

// #region digest
const nonceAt = (second: number) => `${second}.${hmac(`nonce ${second}`)}`;

export const digest = scheme({
  name: "Proof",
  place: "authorization proof",
  ambient: false,
  extract(source): Extraction<Map<string, string>> {
    const found = findParameters(source, "proof");
    return found instanceof Map ? new Redacted(found) : found;
  },
  challenge: ({ realm, error }) =>
    buildChallenge("Proof", { realm, nonce: nonceAt(Math.floor(Date.now() / 1000)), error }, { algorithm: "SHA-256" }),
  freshChallenge: true, // each challenge has a nonce of its own
  openapi: { type: "http", scheme: "proof" },
});
// #endregion

// #region proof
const devices = new Map([["sensor-1", secret(crypto.randomUUID())]]);

const device = authenticate({ digest }, ({ digest }) => {
  const { key = "", nonce = "", proof = "" } = Object.fromEntries(digest.reveal());
  const second = Number(nonce.split(".")[0]);
  if (!sameSecret(nonce, nonceAt(second)) || Date.now() / 1000 - second > 60) deny("the nonce is unknown or too old");
  const stored = devices.get(key);
  const expected = stored && createHmac("sha256", stored.reveal()).update(nonce).digest("hex");
  return expected !== undefined && sameSecret(proof, expected) ? { id: key } : undefined;
});
// #endregion

export const prove = (key: string, nonce: string) =>
  createHmac("sha256", devices.get(key)?.reveal() ?? "")
    .update(nonce)
    .digest("hex");

export const api = createApi({
  title: "Notes",
  version: "1.0.0",
  routes: [
    get("/ticket", { deps: { holder: scopes(holder, "notes:read") } }, ({ holder }) => holder.id),
    get("/gateway", { deps: { gatewayUser } }, ({ gatewayUser }) => gatewayUser.id),
    get("/device", { deps: { device } }, ({ device }) => device.id),
  ],
});

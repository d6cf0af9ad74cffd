/** An issuer that follows RFC 9068. */
import type { Provider } from "./provider.ts";

/** An issuer that no other entry recognises. */
export const standardProvider: Provider = {
  name: "not recognised",
  map: "rfc9068",
  page: "rfc9068",
  isIssuer: () => false,
  tokens: "The metadata does not say whether access tokens are JWTs. Pipe one into this command with --token.",
  pitfalls: [
    "Many servers issue a JWT only if the client names the API: as `resource` (RFC 8707), or as `audience`. Otherwise the token is opaque.",
    "If its tokens say another `typ` than at+jwt, its ID tokens may look the same: tell them apart by the audience.",
  ],
  signOut: "An access token works until it expires, unless the provider sends back-channel logout or CAEP events.",
};

// fails: start-up wrong_option — Set `audience` to the name of this API
/**
 * A token verifier that accepts tokens for other services. The audience is missing, and most libraries then skip the check.
 * Any token of the same issuer opens this API. In Lockstep, the audience has no default.
 */
import { authenticate } from "lockstep";
import { hmacSecret, jwtVerifier } from "lockstep/jwt";
import { token, users } from "./secure.ts";

const verifier = jwtVerifier({
  issuer: "https://login.example.com",
  audience: process.env["JWT_AUDIENCE"] ?? "",
  keys: hmacSecret(crypto.getRandomValues(new Uint8Array(32))),
  algorithms: ["HS256"],
  typ: "at+jwt",
});

export const currentUser = authenticate({ token }, async ({ token }) => users.get((await verifier.verify(token)).sub));

// fails: compile — Type '["HS256", "none"]' is not assignable
/**
 * A verifier that accepts tokens without a signature. `none` is an algorithm of the standard, and some libraries take every
 * algorithm that the token names. The algorithms are listed, and `none` is not one of them.
 */
import { hmacSecret, jwtVerifier } from "lockstep/jwt";

export const accessTokens = jwtVerifier({
  issuer: "https://login.example.com",
  audience: "https://api.example.com",
  keys: hmacSecret(crypto.getRandomValues(new Uint8Array(32))),
  algorithms: ["HS256", "none"],
  typ: "at+jwt",
});

// fails: compile — Type '["HS256", "none"]' is not assignable
/**
 * A verifier that accepts tokens without a signature. `none` is an algorithm of the standard, and some libraries accept
 * every algorithm that the token names. The accepted algorithms are a list, and `none` cannot be in it.
 */
import { hmacSecret, jwtVerifier } from "lockstep/jwt";

export const accessTokens = jwtVerifier({
  issuer: "https://login.example.com",
  audience: "https://api.example.com",
  keys: hmacSecret(crypto.getRandomValues(new Uint8Array(32))),
  algorithms: ["HS256", "none"],
  typ: "at+jwt",
});

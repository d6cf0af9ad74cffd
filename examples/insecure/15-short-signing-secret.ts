// fails: start-up weak_key — Use a secret of at least 32 random bytes
/**
 * A signing secret that can be guessed. `SECRET_KEY = "secret"` is in the tutorial, in the repository and in the word list
 * of everyone who cracks tokens offline. A secret has 32 random bytes and its own type, which is not text.
 */
import { hmacSecret, jwtVerifier } from "lockstep/jwt";

export const accessTokens = jwtVerifier({
  issuer: "https://login.example.com",
  audience: "https://api.example.com",
  keys: hmacSecret(new TextEncoder().encode(process.env["JWT_SECRET"] ?? "change-me")),
  algorithms: ["HS256"],
  typ: "at+jwt",
});

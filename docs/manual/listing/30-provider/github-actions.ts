import { claims, githubActions, oidc } from "lockstep/oidc";

const accessTokens = oidc({
  issuer: "https://token.actions.githubusercontent.com",
  audience: "https://notes.example",
  algorithms: ["RS256"],
  typ: "JWT",
});
export const callers = claims({
  issuer: accessTokens,
  map: githubActions({
    allow: [
      {
        repository: "acme/notes",
        ownerId: "65",
        repositoryId: "74",
        environment: "production",
        scopes: ["notes:write"],
      },
    ],
  }),
});

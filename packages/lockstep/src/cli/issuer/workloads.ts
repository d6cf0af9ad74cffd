/** Platforms whose jobs, pods and servers prove who they are. The rules of their maps are proposed from a token. */
import type { JsonObject } from "../../json/strict-json.ts";
import type { MapOptions, Provider } from "./provider.ts";
import { isBelow, pathOf, textIn } from "./recognition.ts";

const everyone = "The platform issues tokens to everybody's workloads, for every audience. The list `allow` decides who may call.";

const githubActions: Provider = {
  name: "GitHub Actions",
  map: "github-actions",
  page: "github-actions",
  isIssuer: (issuer) => isBelow(issuer, "token.actions.githubusercontent.com") || pathOf(issuer).endsWith("/_services/token"),
  tokens: "The tokens of jobs are JWTs. They are valid for five minutes.",
  mapOptions: ({ claims, scopes }) => ({ allow: [{ ...jobOf(claims), scopes }] }),
  workload: ({ claims }) => textIn(claims, "sub") ?? "repo:acme/notes:ref:refs/heads/main",
  pitfalls: [
    everyone,
    "A rule needs a `ref` or an `environment`: a repository alone lets every branch call.",
    "Jobs of pull requests are refused: anyone can write their code.",
    "Set `ownerId` and `repositoryId`, because a name that becomes free can be registered by somebody else.",
  ],
  signOut: "A job does not sign out. A token lasts five minutes.",
};

function jobOf(claims: JsonObject): MapOptions {
  const repository = textIn(claims, "repository") ?? "acme/notes";
  const ids = { ownerId: textIn(claims, "repository_owner_id"), repositoryId: textIn(claims, "repository_id") };
  const [environment, ref] = [textIn(claims, "environment"), textIn(claims, "ref")];
  const place = environment === undefined ? { ref: ref ?? "refs/heads/main" } : { environment };
  return { repository, ...given(ids), ...place };
}

const kubernetes: Provider = {
  name: "Kubernetes",
  map: "kubernetes",
  page: "kubernetes",
  isIssuer: (issuer) =>
    /^https:\/\/(?:kubernetes\.default|oidc\.eks\.[a-z0-9-]+\.amazonaws\.com|container\.googleapis\.com\/v1\/projects)/.test(
      issuer,
    ) || isBelow(issuer, "oic.prod-aks.azure.com"),
  tokens: "Service account tokens are JWTs without `typ`.",
  mapOptions: ({ claims, scopes }) => ({ allow: [{ ...podOf(claims), scopes }] }),
  workload: ({ claims }) => textIn(claims, "sub") ?? "system:serviceaccount:billing:invoicer",
  pitfalls: [
    everyone,
    "Project a token with your audience into the pod. The token that pods mount by default is for the cluster's own API.",
    "The API server answers with the cluster's certificate authority (--ca), on a private address (--allow-private), to a token (--bearer).",
    "Anyone who may create pods in a namespace has all of its service accounts.",
  ],
  signOut: "A pod does not sign out. Deleting it ends its token for the cluster only, so let tokens live for minutes.",
};

function podOf(claims: JsonObject): MapOptions {
  const [, , namespace, serviceAccount] = (textIn(claims, "sub") ?? "system:serviceaccount:billing:invoicer").split(":");
  return { namespace, serviceAccount };
}

const spiffe: Provider = {
  name: "SPIFFE",
  map: "spiffe",
  page: "spiffe",
  isIssuer: (issuer) => issuer.startsWith("spiffe://"),
  tokens: "JWT-SVIDs are JWTs. `iss` and `iat` may be missing.",
  mapOptions: ({ issuer, claims, scopes }) => {
    const [, domain = "prod.example", path = "/ns/prod/sa/billing"] =
      /^spiffe:\/\/([^/]+)(\/.+)$/.exec(textIn(claims, "sub") ?? "") ?? [];
    const trustDomain = issuer.startsWith("spiffe://") ? issuer.slice("spiffe://".length) : domain;
    return { trustDomain, allow: [{ path, scopes }] };
  },
  workload: ({ claims }) => textIn(claims, "sub") ?? "spiffe://prod.example/ns/prod/sa/billing",
  pitfalls: [
    everyone,
    "The OIDC discovery provider of SPIRE publishes the keys. Those of a bundle (--jwks-url) count only with the use jwt-svid.",
    'If the tokens have no `iss`, set `jwt_issuer` in SPIRE, or pass the trust domain as the issuer with `withoutIssuer: "trust-domain"`.',
  ],
  signOut: "A workload does not sign out. A JWT-SVID lasts five minutes by default.",
};

function given(values: Readonly<Record<string, string | undefined>>): MapOptions {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** In the order in which they are tried. */
export const workloads: readonly Provider[] = [githubActions, kubernetes, spiffe];

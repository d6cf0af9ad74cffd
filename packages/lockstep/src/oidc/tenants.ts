/**
 * Issuers that have one name for each tenant and one key set for all, as Microsoft Entra has. Only the tenants of a list are
 * accepted. Each has a verifier of its own, so its tokens name exactly its issuer.
 */
import { maxCredentialBytes } from "../dependency/scheme-definition.ts";
import { BuildError, InvalidCredential } from "../problem/error.ts";
import type { JsonObject } from "../json/strict-json.ts";
import { isPromise } from "../promise.ts";
import type { Claims } from "../token/claims.ts";
import { namesInAudience } from "../token/audience.ts";
import { type JwtVerifier, jwtVerifier } from "../token/jwt-verifier.ts";
import { type KeySource, openKeys, type PublicKeys } from "../token/key-source.ts";
import { defaultCacheBytes } from "../token/verifier-options.ts";
import { documentedIssuer } from "./issuer-docs.ts";
import { issuerKeys } from "./issuer-keys.ts";
import { jwtOptionsOf, type OidcOptions, tenantPlace, type TenantOptions } from "./oidc-options.ts";
import { claimedIssuer } from "./token-form.ts";
import { tokenVerifier } from "./token-verifier.ts";

/** What tenants are named by: Entra's are UUIDs. */
const tenantName = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Makes the verifier of several tenants.
 *
 * @throws BuildError `wrong_option`
 */
export function tenantVerifier(options: OidcOptions & TenantOptions): JwtVerifier {
  const tenants = checkTenants(options);
  const { issuer: template } = options;
  const jwt = jwtOptionsOf(options);
  const keys = sharedKeys(template, issuerKeys(options, { select: (document) => withoutKeysOfOthers(document, template) }));
  const cache = { maxBytes: Math.floor((jwt.cache?.maxBytes ?? defaultCacheBytes) / tenants.length) };
  const verifiers = new Map(
    tenants.map((tenant) => {
      const issuer = template.replace(tenantPlace, tenant);
      return [issuer, { tenant, verifier: jwtVerifier({ ...jwt, issuer, keys, cache }) }];
    }),
  );
  const [first] = verifiers.values();
  const names = namesInAudience(options.audience);
  return tokenVerifier({
    issuer: template,
    maxTokenBytes: jwt.maxTokenBytes ?? maxCredentialBytes,
    issuers: [...verifiers.keys()],
    introspects: false,
    // The template only: who the tenants are is nobody's business.
    documented: [{ issuer: template, tokens: ["jwt"] }],
    audiences: names.length === 0 ? [] : [...verifiers.keys()].map((issuer) => ({ issuer, names })),
    entries: [documentedIssuer(options)],
    verify: (token) => {
      const found = verifiers.get(claimedIssuer(token.reveal()));
      if (found === undefined) throw new InvalidCredential("another issuer");
      const claims = found.verifier.verify(token);
      return isPromise(claims) ? claims.then((late) => ofTenant(late, found.tenant)) : ofTenant(claims, found.tenant);
    },
    // They have one key set.
    ready: async () => first?.verifier.ready(),
  });
}

function ofTenant(claims: Claims, tenant: string): Claims {
  if (claims["tid"] !== tenant) throw new InvalidCredential("tid is another tenant");
  return claims;
}

/** The tenants share what was fetched, so a flood of unknown keys causes one fetch, whatever tenants it names. */
function sharedKeys(template: string, keys: PublicKeys): PublicKeys {
  let source: KeySource | undefined;
  return { [openKeys]: (context) => (source ??= keys[openKeys]({ ...context, issuer: template })) };
}

/**
 * Entra says with each key which issuer it is of. A key of one tenant only must not sign for others, so it is left out: such a
 * tenant, like that of personal accounts, is an issuer of its own.
 */
function withoutKeysOfOthers(document: JsonObject, template: string): JsonObject {
  const { keys } = document;
  if (!Array.isArray(keys)) return document;
  const isShared = (key: unknown): boolean =>
    typeof key !== "object" || key === null || !("issuer" in key) || key.issuer === template;
  return { ...document, keys: keys.filter(isShared) };
}

/** @throws BuildError `wrong_option` */
function checkTenants({ issuer, tenants, discoveryUrl, jwksUrl }: OidcOptions & TenantOptions): readonly string[] {
  if (typeof issuer !== "string" || issuer.split(tenantPlace).length !== 2) {
    throw wrong(`write \`issuer\` with ${tenantPlace} in the place of the tenant, or remove \`tenants\``);
  }
  if (discoveryUrl === undefined && jwksUrl === undefined) {
    throw wrong(
      'pass `discoveryUrl`, for example "https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration"',
    );
  }
  if (!Array.isArray(tenants) || tenants.length === 0 || new Set(tenants).size < tenants.length) {
    throw wrong("set `tenants` to a list of tenants, each once: those whose tokens are accepted");
  }
  for (const tenant of tenants) {
    if (typeof tenant !== "string" || !tenantName.test(tenant)) throw wrong("write each of the `tenants` as `tid` has it, a UUID");
  }
  return tenants;
}

function wrong(advice: string): BuildError {
  return new BuildError("wrong_option", `oidc(): ${advice}`);
}

/** The options of `oidc()`, checked when a verifier is built. */
import { BuildError } from "../problem/error.ts";
import { checkOptions, type KnownOptions } from "../problem/options.ts";
import type { Discovery } from "../token/issuer-metadata.ts";
import type { PublicKeys } from "../token/key-source.ts";
import { type OutboundOptions, outboundOptions } from "../token/outbound.ts";
import type { ProblemListener } from "../token/key-refusal.ts";
import type { RemoteKeyTimes } from "../token/remote-jwks.ts";
import { type JwtVerifierOptions, type TokenOptions, verifierOptions } from "../token/verifier-options.ts";
import type { IntrospectionOptions } from "./introspection-options.ts";
import type { IssuerDocs } from "./issuer-docs.ts";

/** Leaves the keys out of each alternative. */
type WithoutKeys<O> = O extends unknown ? Omit<O, "keys"> : never;

/** The options of `jwtVerifier()` for public keys, without the keys, which `oidc()` finds. */
export type JwtOptions = WithoutKeys<Extract<JwtVerifierOptions, { readonly keys: PublicKeys }>>;

/** Where the issuer's keys are: where its metadata says, or at an address. */
export type KeysPlace =
  | {
      /** Default: `oidc`, that is `/.well-known/openid-configuration`; `oauth` is RFC 8414. */
      readonly discovery?: Discovery;
      /** The address of the metadata, if it is not below the issuer. The metadata must name the issuer all the same. */
      readonly discoveryUrl?: string;
      readonly jwksUrl?: never;
    }
  | {
      /** The address of the key set, for an issuer without metadata. The issuer then need not be a URL. */
      readonly jwksUrl: string;
      readonly discovery?: never;
      readonly discoveryUrl?: never;
    };

/** How people sign in. Only an issuer with metadata says where. */
export type DocsPlace =
  | {
      /**
       * How people sign in at this issuer on the documentation's page. `oidcBearer()` makes the scheme that the page shows.
       * Nothing of it concerns the verification of tokens. Default: the page has a field for a token.
       */
      readonly docs?: IssuerDocs;
      readonly jwksUrl?: never;
    }
  | { readonly docs?: never };

/** An issuer whose JWTs are verified. */
export type SignedOptions = JwtOptions & {
  /** How the issuer is asked about opaque tokens. Without it, they are refused. */
  readonly introspection?: IntrospectionOptions & { readonly jwts?: "verify" };
  readonly tenants?: never;
};

/** An issuer that is asked about all its tokens. */
export type OpaqueOptions = TokenOptions & {
  readonly introspection: IntrospectionOptions & { readonly jwts: "introspect" };
  readonly algorithms?: never;
  readonly typ?: never;
  readonly tenants?: never;
};

/** An issuer with one name for each tenant. `issuer` contains `{tenantid}`. */
export type TenantOptions = JwtOptions & {
  /** The tenants whose tokens are accepted. The claim `tid` must be the tenant that `iss` names. */
  readonly tenants: readonly string[];
  readonly introspection?: never;
};

/** How an issuer is reached, and how its keys are kept. */
export interface IssuerAccess extends OutboundOptions, RemoteKeyTimes {
  /** Hears of everything that goes wrong at the issuer: a fetch, a key set that was refused, an introspection. */
  readonly onProblem?: ProblemListener;
}

/** What `oidc()` is told. */
export type OidcOptions = (SignedOptions | OpaqueOptions | TenantOptions) & KeysPlace & DocsPlace & IssuerAccess;

/** The options that are not those of the verifier of JWTs. */
type OwnOptions = KeysPlace & DocsPlace & IssuerAccess & Pick<OidcOptions, "introspection" | "tenants">;

const ownOptions: KnownOptions<OwnOptions> = {
  discovery: true,
  discoveryUrl: true,
  jwksUrl: true,
  docs: true,
  cooldownSeconds: true,
  maxAgeSeconds: true,
  maxStaleSeconds: true,
  ...outboundOptions,
  introspection: true,
  tenants: true,
  onProblem: true,
};

const { keys: _keys, ...jwtOptions } = verifierOptions;
const known: KnownOptions<OidcOptions> = { ...jwtOptions, ...ownOptions };

/** The place in a template of issuers where the tenant is. */
export const tenantPlace = "{tenantid}";

/**
 * Checks the names of the options, and those that contradict each other. The verifiers check the values.
 *
 * @throws BuildError `wrong_option`
 */
export function checkOidcOptions(options: OidcOptions): void {
  checkOptions<OidcOptions>("oidc()", options, known);
  const { issuer, jwksUrl, discovery, discoveryUrl, tenants, introspection } = options;
  if (jwksUrl !== undefined && (discovery ?? discoveryUrl) !== undefined) {
    throw wrong("Pass oidc() either `jwksUrl` or `discovery` and `discoveryUrl`: they say in two ways where the keys are");
  }
  if (tenants !== undefined && introspection !== undefined) {
    throw wrong("Remove `introspection` from oidc() with `tenants`: an opaque token names no tenant");
  }
  if (tenants === undefined && typeof issuer === "string" && issuer.includes(tenantPlace)) {
    throw wrong(`Pass oidc() the \`tenants\` whose tokens it accepts: its \`issuer\` contains ${tenantPlace}`);
  }
  if (introspection?.jwts === "introspect" && ("algorithms" in options || "typ" in options)) {
    throw wrong('Remove `algorithms` and `typ` from oidc() with `jwts: "introspect"`: the issuer decides about JWTs');
  }
  refuseLoopbackInProduction(options);
}

/** What a process of Node, Bun or Deno says of itself. */
interface RunningProcess {
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Refuses the switch for development where it is not development. A real issuer on this machine is named in `allowPrivateHosts`.
 *
 * @throws BuildError `wrong_option`
 */
export function refuseLoopbackInProduction({ allowLoopback }: OutboundOptions): void {
  const { process } = globalThis as { readonly process?: RunningProcess };
  if (allowLoopback !== true || process?.env?.["NODE_ENV"] !== "production") return;
  throw wrong(
    'Remove `allowLoopback` in production, or name the issuer\'s host in `allowPrivateHosts`, for example ["127.0.0.1:8080"]',
  );
}

/** The options that the verifier of JWTs takes. */
export function jwtOptionsOf(options: OidcOptions & (SignedOptions | TenantOptions)): JwtOptions {
  const entries = Object.entries(options).filter(([name]) => !Object.hasOwn(ownOptions, name));
  // All that is left is an option of `jwtVerifier()`, as `checkOidcOptions()` has seen.
  return Object.fromEntries(entries) as unknown as JwtOptions;
}

/** Tells whether the issuer is asked about all tokens. */
export function isOpaque(options: OidcOptions): options is OidcOptions & OpaqueOptions {
  return options.introspection?.jwts === "introspect";
}

function wrong(message: string): BuildError {
  return new BuildError("wrong_option", message);
}

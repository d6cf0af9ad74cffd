/** Google. */
import { checkOptions } from "../../../problem/options.ts";
import type { ClaimsMap } from "../caller.ts";
import type { ClaimReader, ClaimsRecord } from "../claim-reader.ts";
import { declaredMap, type GrantedScopes } from "../claims-map.ts";
import { checkOneOrMore, checkTexts } from "../setting.ts";

/** The options of `google()`. */
export interface GoogleOptions {
  /** The domains of Google Workspace whose people may sign in; `"any"`: everyone with a Google account. */
  readonly hd: "any" | (string & {}) | readonly [string, ...string[]];
  /** The addresses of the service accounts that may call. Default: none, because anyone can create one in their own project. */
  readonly serviceAccounts?: readonly string[];
  /** The scopes that callers have: Google's ID tokens have none. Default: none. */
  readonly grants?: GrantedScopes;
}

/**
 * The map for ID tokens of Google: its access tokens are opaque.
 *
 * @throws BuildError `wrong_option`
 */
export function google(options: GoogleOptions): ClaimsMap {
  checkOptions<GoogleOptions>("google()", options, { hd: true, serviceAccounts: true, grants: true });
  const domains = new Set<unknown>(checkOneOrMore("google()", "hd", options.hd));
  const accounts = new Set<unknown>(checkTexts("google()", "serviceAccounts", options.serviceAccounts ?? []));
  return declaredMap(
    "google()",
    {
      name: "google",
      idTokens: "accept",
      kind: [{ kind: "service", when: isServiceAccount }, { kind: "user" }],
      grants: options.grants ?? [],
      client: ["azp"],
    },
    (reader) => {
      if (isServiceAccount(reader.claims)) checkAccount(reader, accounts);
      else checkDomain(reader, domains);
    },
  );
}

function isServiceAccount({ email }: ClaimsRecord): boolean {
  return typeof email === "string" && email.endsWith(".gserviceaccount.com");
}

function checkDomain(reader: ClaimReader, domains: ReadonlySet<unknown>): void {
  if (domains.has("any") || domains.has(reader.claims["hd"])) return;
  reader.refuse("hd", "hd", "is missing, or is not a domain that may sign in");
}

function checkAccount(reader: ClaimReader, accounts: ReadonlySet<unknown>): void {
  const { email, email_verified } = reader.claims;
  if (email_verified !== true || !accounts.has(email)) reader.refuse("email", "serviceAccounts", "is not one of these accounts");
}

/** The ready maps by their names, for a setting such as `AUTH_CLAIMS=keycloak`. */
import { BuildError } from "../../problem/error.ts";
import type { ClaimsMap } from "./caller.ts";
import { auth0 } from "./provider/auth0.ts";
import { clerk } from "./provider/clerk.ts";
import { cloudflareAccess } from "./provider/cloudflare-access.ts";
import { cognito } from "./provider/cognito.ts";
import { duende } from "./provider/duende.ts";
import { entra } from "./provider/entra.ts";
import { firebase } from "./provider/firebase.ts";
import { fusionauth } from "./provider/fusionauth.ts";
import { githubActions } from "./provider/github-actions.ts";
import { google } from "./provider/google.ts";
import { hydra } from "./provider/hydra.ts";
import { keycloak } from "./provider/keycloak.ts";
import { kubernetes } from "./provider/kubernetes.ts";
import { okta } from "./provider/okta.ts";
import { rfc9068 } from "./provider/rfc9068.ts";
import { sap } from "./provider/sap.ts";
import { spiffe } from "./provider/spiffe.ts";
import { stytch } from "./provider/stytch.ts";
import { supabase } from "./provider/supabase.ts";
import { workos } from "./provider/workos.ts";
import { zitadel } from "./provider/zitadel.ts";

/** Each ready map, by its name. */
export interface ReadyMaps {
  readonly rfc9068: typeof rfc9068;
  readonly keycloak: typeof keycloak;
  readonly entra: typeof entra;
  readonly auth0: typeof auth0;
  readonly cognito: typeof cognito;
  readonly okta: typeof okta;
  readonly google: typeof google;
  readonly "github-actions": typeof githubActions;
  readonly kubernetes: typeof kubernetes;
  readonly spiffe: typeof spiffe;
  readonly "cloudflare-access": typeof cloudflareAccess;
  readonly supabase: typeof supabase;
  readonly firebase: typeof firebase;
  readonly clerk: typeof clerk;
  readonly zitadel: typeof zitadel;
  readonly sap: typeof sap;
  readonly duende: typeof duende;
  readonly fusionauth: typeof fusionauth;
  readonly hydra: typeof hydra;
  readonly workos: typeof workos;
  readonly stytch: typeof stytch;
}

const maps: ReadyMaps = {
  rfc9068,
  keycloak,
  entra,
  auth0,
  cognito,
  okta,
  google,
  "github-actions": githubActions,
  kubernetes,
  spiffe,
  "cloudflare-access": cloudflareAccess,
  supabase,
  firebase,
  clerk,
  zitadel,
  sap,
  duende,
  fusionauth,
  hydra,
  workos,
  stytch,
};

/** The names of the ready maps. */
export type ReadyMapName = keyof ReadyMaps;

/** The names of the ready maps, for messages and checks. */
// The keys of the record are those of its type.
export const readyMapNames: readonly ReadyMapName[] = Object.keys(maps) as ReadyMapName[];

/** The function of a name; for a name that is not known when compiling, one that takes any record and checks it. */
type ReadyMap<N extends string> = N extends ReadyMapName ? ReadyMaps[N] : (options?: object) => ClaimsMap;

/**
 * Returns the function that makes a ready map, by its name. It checks its options, so they can come from the environment.
 *
 * @throws BuildError `wrong_option` for another name; the message lists all
 *
 * @example
 * ```ts
 * const map = readyMap("keycloak")({ client: "notes" });
 * ```
 */
export function readyMap<const N extends string>(name: N): ReadyMap<N> {
  if (!Object.hasOwn(maps, name)) {
    throw new BuildError("wrong_option", `readyMap(): use one of these names: ${readyMapNames.join(", ")}`);
  }
  // The name is a key. Each function checks its options.
  return maps[name as ReadyMapName] as ReadyMap<N>;
}

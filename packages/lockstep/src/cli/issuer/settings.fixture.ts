/** Settings as a command line without options has them. */
import type { Settings } from "./settings.ts";

/** The settings of an issuer, with some replaced. */
export function settingsOf(issuer: string, over: Partial<Settings> = {}): Settings {
  return {
    issuer,
    discoveryUrl: undefined,
    jwksUrl: undefined,
    outbound: {},
    files: { ca: undefined, bearer: undefined },
    audience: undefined,
    clientId: undefined,
    map: undefined,
    mapOptions: {},
    typ: undefined,
    algorithms: undefined,
    extraAudiences: undefined,
    authorizedParties: undefined,
    subjects: undefined,
    tenants: undefined,
    isBound: false,
    scopes: [],
    withoutSubject: undefined,
    ...over,
  };
}

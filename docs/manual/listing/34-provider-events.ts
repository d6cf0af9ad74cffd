import { authenticate, createApi, get, httpBearer, secret } from "lockstep";
import { jwtVerifier } from "lockstep/jwt";
import { backchannelLogout, handledOnce, pollSecurityEvents, securityEvents } from "lockstep/oidc";
import { memoryReplays } from "lockstep/webhook";
import { keys, provider, streamUrl } from "./event.fixture.ts";

const pushToken = secret("5d0f3c1be2a94786b1c8e07f6a2d9354");
const streamToken = secret("a1e47c90d83b4f6599c2b7e10f5d8a63");

// #region sink
/** Until when the tokens of a session or a subject ended, in milliseconds. */
const ended = new Map<string, number>();

const sink = handledOnce(memoryReplays(), async (event) => {
  for (const target of event.revokes ? event.targets : []) {
    if (target.kind === "session") ended.set(`session ${target.issuer} ${target.sid}`, Date.now());
    if (target.kind === "subject") ended.set(`subject ${target.issuer} ${target.sub}`, event.at);
  }
});
// #endregion

// #region revoked
const accessTokens = jwtVerifier({
  issuer: provider.issuer,
  audience: "https://notes.example",
  typ: "at+jwt",
  algorithms: ["ES256"],
  keys,
  revoked: ({ iss, sub, sid, iat }) => {
    const until = Math.max(ended.get(`session ${iss} ${sid}`) ?? 0, ended.get(`subject ${iss} ${sub}`) ?? 0);
    return Math.floor(iat) <= Math.floor(until / 1000);
  },
});
// #endregion

// #region logout
const logout = backchannelLogout({ issuers: [{ ...provider, audience: "notes-web" }], sink });
// #endregion

// #region push
const events = securityEvents({
  transmitters: [{ ...provider, audience: "https://notes.example/events" }],
  bearer: pushToken,
  sink,
});
// #endregion

const user = authenticate({ claims: accessTokens.claims(httpBearer()) }, ({ claims }) => ({ id: claims.sub }));
const me = get("/me", { deps: { user } }, ({ user: { id } }) => id);

// #region api
export const api = createApi({ title: "Notes", version: "1", routes: [logout, events, me] });
// #endregion

// #region poll
export const startPolling = () =>
  pollSecurityEvents({
    transmitter: { ...provider, audience: "https://notes.example/events" },
    endpoint: streamUrl,
    token: streamToken,
    sink,
  });
// #endregion

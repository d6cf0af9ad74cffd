import { createApi, get, scopes, secret, text } from "lockstep";
import { generateIdentityKey, identity, logMail, type ProviderEventsOptions } from "lockstep-identity";
import { all, sql } from "lockstep-identity/database";
import { openSqlite } from "lockstep-identity/sqlite";
import { identityProvider, rfc9068 } from "lockstep/oidc";
import { jwtVerifier } from "lockstep/jwt";
import { keys, provider } from "./event.fixture.ts";

const pushToken = secret("5d0f3c1be2a94786b1c8e07f6a2d9354");
const { issuer } = provider;
const tokens = jwtVerifier({ issuer, audience: "https://notes.example", typ: "at+jwt", algorithms: ["ES256"], keys });

const createNotices = sql("CREATE TABLE notices (text TEXT NOT NULL)");
const insertNotice = sql("INSERT INTO notices (text) VALUES (:text)");
const selectNotices = sql("SELECT text FROM notices");

// #region events
const providerEvents: ProviderEventsOptions = {
  logout: [{ ...provider, audience: "notes-web" }],
  push: [{ ...provider, audience: "https://notes.example/events" }],
  pushBearer: pushToken,
  onEvent: function* ({ type, at }) {
    yield* all(insertNotice, { text: `${type} at ${at}` });
  },
};
// #endregion

/** Opens identity with the provider and its events. */
export async function open() {
  const database = openSqlite(":memory:");
  await database.run(all(createNotices));
  // #region identity
  const auth = await identity({
    provider: identityProvider({ tokens, map: rfc9068() }),
    providerEvents,
    database,
    issuer: "https://notes.example",
    audience: "notes",
    key: generateIdentityKey(),
    scopes: { "notes:read": "Read notes" },
    mail: logMail(() => {}),
    throttle: { clientAddress: "unknown" },
  });
  // #endregion
  const reader = scopes(auth.currentUser, "notes:read");
  const notes = get("/notes", { deps: { user: reader }, response: text() }, ({ user }) => `notes of ${user.id}`);
  const api = createApi({ title: "Notes", version: "1.0.0", routes: [notes, ...auth.routes] });
  const notices = async () => (await database.run(all(selectNotices))).map((row) => row["text"]);
  return { api, auth, database, notices };
}

import { createApi, get, scopes, text } from "lockstep";
import { generateIdentityKey, identity, logMail } from "lockstep-identity";
import { openSqlite } from "lockstep-identity/sqlite";
import { identityProviderFrom } from "lockstep/oidc";

/** Opens identity: embedded without `AUTH_ISSUER`, and delegated with it. */
export async function open(env: Readonly<Record<string, string | undefined>>) {
  const database = openSqlite(":memory:");
  // #region switch
  const auth = await identity({
    provider: identityProviderFrom(env), // the one line
    database,
    issuer: "https://notes.example",
    audience: "notes",
    key: generateIdentityKey(),
    scopes: { "notes:read": "Read notes" },
    mail: logMail(() => {}),
    throttle: { clientAddress: "unknown" },
  });
  const reader = scopes(auth.currentUser, "notes:read");
  const api = createApi({
    title: "Notes",
    version: "1.0.0",
    routes: [get("/notes", { deps: { user: reader }, response: text() }, ({ user }) => `notes of ${user.id}`), ...auth.routes],
  });
  // #endregion
  return { api, auth, database };
}

type Auth = Awaited<ReturnType<typeof open>>["auth"];

/** Joins a person at the provider to the account that they have. */
export async function link(auth: Auth, accountId: string): Promise<void> {
  // #region link
  await auth.subjects.link(accountId, {
    issuer: "https://login.example/realms/acme",
    kind: "user",
    subject: "7f1c2d30-7b1e-4a58-9f5f-0f6a1f0f3c11",
    by: "the operator's name",
  });
  // #endregion
}

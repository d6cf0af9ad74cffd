/** A run that issues every kind of secret, and collects all of them. */
import assert from "node:assert/strict";
import { z } from "zod";
import { assertionKey, assertionOf } from "./client/assertion.fixture.ts";
import { assertionType } from "./client/client-assertion.ts";
import { type Answer, cookieIn, type IdentityApi, reveal, textIn, tokensOf } from "./identity.fixture.ts";
import { unseal } from "./secret/seal.ts";
import { all, sql } from "./store/statement.ts";

/** All secrets that were issued or chosen, by name. */
export class Secrets {
  readonly #all = new Map<string, string>();

  /** Adds a secret. Returns it. */
  add(name: string, value: string): string {
    assert.ok(value.length >= 15, `${name} is too short to search for`);
    assert.ok(!this.#all.has(name), name);
    this.#all.set(name, value);
    return value;
  }

  get names(): readonly string[] {
    return [...this.#all.keys()];
  }

  /** Returns the names of the secrets that the content contains, in any encoding. */
  foundIn(content: Buffer): readonly string[] {
    return [...this.#all].filter(([, value]) => formsOf(value).some((form) => content.includes(form))).map(([name]) => name);
  }
}

function formsOf(secret: string): readonly (string | Buffer)[] {
  const bytes = Buffer.from(secret);
  const forms = [secret, encodeURIComponent(secret), bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, "")];
  // If it is base64url itself, also search for the bytes that it encodes.
  if (!/^[\w-]{43}$/.test(secret)) return forms;
  const decoded = Buffer.from(secret, "base64url");
  return [...forms, decoded, decoded.toString("hex"), decoded.toString("base64")];
}

/** Adds a token, and its signature, without which the rest of a JWT is worthless. */
function addToken(secrets: Secrets, name: string, token: string): string {
  secrets.add(`${name}, signature`, token.split(".")[2] ?? "");
  return secrets.add(name, token);
}

function addTokens(secrets: Secrets, name: string, answer: Answer): { readonly access: string; readonly refresh: string } {
  const { access, refresh } = tokensOf(answer);
  return { access: addToken(secrets, `access token: ${name}`, access), refresh: secrets.add(`refresh token: ${name}`, refresh) };
}

/** Adds a whole API key, and its secret part. */
function addKey(secrets: Secrets, name: string, answer: Answer): { readonly id: string; readonly key: string } {
  assert.equal(answer.status, 201, answer.text);
  const key = secrets.add(`API key: ${name}`, textIn(answer, "key"));
  secrets.add(`API key: ${name}, its secret`, key.split("_")[3] ?? "");
  return { id: textIn(answer, "id"), key };
}

const email = "carla@example.com";
/** The first password of the account. */
export const chosen = "lagoon 41 whisper anvil";
const [changed, forgotten] = ["brindle quartz 88 osprey", "tundra velvet 17 mosaic"];
/** The user agent of the browser. It is stored, and is not a secret. */
export const agent = "the agent of the browser";
/** The last address of the account. */
export const moved = "carla@elsewhere.example";

/** The public values of the run. */
export interface Known {
  readonly account: string;
  readonly client: string;
  readonly keyId: string;
  readonly kid: string;
}

async function register({ ask, linkTo }: IdentityApi, secrets: Secrets): Promise<string> {
  const password = secrets.add("password", chosen);
  assert.equal((await ask("POST", "/auth/register", { json: { email, password } })).status, 202);
  const token = secrets.add("link: register", await linkTo(email));
  const verified = await ask("POST", "/auth/verify", { json: { token, password } });
  assert.equal(verified.status, 201, verified.text);
  // Somebody registers again with the same address. The message contains no link.
  assert.equal((await ask("POST", "/auth/register", { json: { email, password } })).status, 202);
  return textIn(verified, "id");
}

async function useTokens({ ask }: IdentityApi, secrets: Secrets): Promise<string> {
  const form = { grant_type: "password", username: email, password: chosen };
  const first = addTokens(secrets, "first", await ask("POST", "/auth/token", { form }));
  const refresh = async (name: string, token: string) =>
    addTokens(secrets, name, await ask("POST", "/auth/token", { form: { grant_type: "refresh_token", refresh_token: token } }));
  const second = await refresh("second", first.refresh);
  const { access } = await refresh("third", second.refresh);
  const other = addTokens(secrets, "to be ended", await ask("POST", "/auth/token", { form }));
  assert.equal((await ask("POST", "/auth/revoke", { form: { token: other.access } })).status, 200);
  assert.equal((await ask("POST", "/auth/revoke", { form: { token: other.refresh } })).status, 200);
  return access;
}

async function useBrowser({ ask }: IdentityApi, secrets: Secrets): Promise<string> {
  const form = { username: email, password: chosen };
  const headers = { "user-agent": agent };
  const first = await ask("POST", "/auth/session", { form, headers });
  secrets.add("device cookie", cookieIn(first, "__Host-device").slice("__Host-device=".length));
  const before = cookieIn(first, "__Host-session");
  secrets.add("session", before.slice("__Host-session=".length));
  const second = await ask("POST", "/auth/session", {
    form,
    headers,
    cookie: `${before}; ${cookieIn(first, "__Host-device")}`,
  });
  secrets.add("second device cookie", cookieIn(second, "__Host-device").slice("__Host-device=".length));
  const cookie = cookieIn(second, "__Host-session");
  secrets.add("second session", cookie.slice("__Host-session=".length));
  return cookie;
}

async function useKeys({ ask }: IdentityApi, secrets: Secrets, token: string): Promise<string> {
  const wanted = { name: "my script", scopes: ["notes:read"] };
  const mine = addKey(secrets, "user's", await ask("POST", "/auth/api-keys", { token, json: wanted }));
  assert.equal((await ask("GET", "/notes", { key: mine.key })).status, 200);
  const rotated = addKey(secrets, "user's, next", await ask("POST", `/auth/api-keys/${mine.id}/rotate`, { token, json: {} }));
  assert.equal((await ask("GET", "/notes", { key: rotated.key })).status, 200);
  const typo = secrets.add("API key: mistyped", `${mine.key.slice(0, -1)}-`);
  assert.equal((await ask("GET", "/notes", { key: typo })).status, 401);
  return mine.id;
}

async function useServiceAccounts(app: IdentityApi, secrets: Secrets, token: string): Promise<string> {
  const { ask, auth, clock } = app;
  const made = await ask("POST", "/auth/service-accounts", { token, json: { name: "nightly", scopes: ["notes:read"] } });
  const [id, secret] = [textIn(made, "id"), secrets.add("client secret", textIn(made, "secret"))];
  const form = { grant_type: "client_credentials" };
  addToken(secrets, "client's token", textIn(await ask("POST", "/auth/token", { form, basic: { id, secret } }), "access_token"));

  const wanted = { name: "ci", scopes: [] };
  const keyed = addKey(secrets, "service's", await ask("POST", `/auth/service-accounts/${id}/api-keys`, { token, json: wanted }));
  assert.equal((await ask("GET", "/service", { key: keyed.key })).status, 200);
  const path = `/auth/service-accounts/${id}/api-keys/${keyed.id}/rotate`;
  addKey(secrets, "service's, next", await ask("POST", path, { token, json: { graceSeconds: 0 } }));

  const next = secrets.add("client secret, next", reveal(await auth.clients.replaceSecret(id)));
  assert.equal((await ask("POST", "/auth/token", { form, basic: { id, secret } })).status, 401);
  assert.equal((await ask("POST", "/auth/token", { form, basic: { id, secret: next } })).status, 200);

  const key = assertionKey();
  const { keys } = key.jwks;
  const signing = await ask("POST", "/auth/service-accounts", { token, json: { name: "signs", scopes: [], jwks: { keys } } });
  assert.equal(signing.status, 201, signing.text);
  const jti = secrets.add("id of an assertion", "0123456789-the-id-of-the-assertion");
  const assertion = addToken(secrets, "assertion", assertionOf(textIn(signing, "id"), key, clock.now, { claims: { jti } }));
  const proof = { client_assertion_type: assertionType, client_assertion: assertion };
  const own = await ask("POST", "/auth/token", { form: { ...form, ...proof } });
  addToken(secrets, "token for an assertion", textIn(own, "access_token"));
  assert.equal((await ask("POST", "/auth/token", { form: { ...form, ...proof } })).status, 401, "the same once more");
  return id;
}

async function changeAccount({ ask, linkTo }: IdentityApi, secrets: Secrets, cookie: string): Promise<void> {
  const newPassword = secrets.add("second password", changed);
  const change = await ask("POST", "/auth/password", { cookie, json: { currentPassword: chosen, newPassword } });
  assert.equal(change.status, 204, change.text);
  const rotated = cookieIn(change, "__Host-session");
  secrets.add("rotated session", rotated.slice("__Host-session=".length));

  assert.equal((await ask("POST", "/auth/email", { cookie: rotated, json: { email: moved, password: changed } })).status, 202);
  const token = secrets.add("link: change of address", await linkTo(moved));
  assert.equal((await ask("POST", "/auth/verify", { json: { token, password: changed } })).status, 200);

  assert.equal((await ask("POST", "/auth/password/forgot", { json: { email: moved } })).status, 202);
  const reset = secrets.add("link: reset", await linkTo(moved));
  const password = secrets.add("third password", forgotten);
  assert.equal((await ask("POST", "/auth/password/reset", { json: { token: reset, password } })).status, 204);
  assert.equal((await ask("GET", "/me", { cookie: rotated })).status, 401);

  // Links that nobody opens and a wrong password, which remain in tables or in events.
  assert.equal((await ask("POST", "/auth/password/forgot", { json: { email: moved } })).status, 202);
  secrets.add("link: reset, not used", await linkTo(moved));
  const wrong = secrets.add("wrong password", "not the password at all 12");
  assert.equal((await ask("POST", "/auth/session", { form: { username: moved, password: wrong } })).status, 401);
}

const SigningKeyRow = z.object({ kid: z.string(), private_jwk: z.string() });
const SigningKeyRows = z.tuple([SigningKeyRow], SigningKeyRow);

/** Adds the private keys of the signing keys, which only `IDENTITY_KEY` opens. */
async function addSigningKeys({ settings, options }: IdentityApi, secrets: Secrets): Promise<string> {
  const rows = await options.database.run(all(sql("SELECT kid, private_jwk FROM identity_signing_keys")));
  const keys = SigningKeyRows.parse(rows);
  for (const { kid, private_jwk: sealed } of keys) {
    const jwk: unknown = JSON.parse(unseal(sealed, { purpose: "signing-key-seal", record: kid }, settings.keys).reveal());
    secrets.add(`signing key ${kid}`, z.object({ d: z.string() }).parse(jwk).d);
  }
  return keys[0].kid;
}

/** Runs everything. */
export async function fullRun(app: IdentityApi, secrets: Secrets): Promise<Known> {
  const account = await register(app, secrets);
  app.administrators.add(account);
  const token = await useTokens(app, secrets);
  const cookie = await useBrowser(app, secrets);
  const keyId = await useKeys(app, secrets, token);
  const client = await useServiceAccounts(app, secrets, token);
  await changeAccount(app, secrets, cookie);
  return { account, client, keyId, kid: await addSigningKeys(app, secrets) };
}

/** Creates the data that a start needs: the demo's accounts and key, or the first administrator. */
import { randomBytes } from "node:crypto";
import { InvalidCredential, Problem, Redacted } from "lockstep";
import type { Account, Identity } from "lockstep-identity";
import type { NoteScope } from "./scopes.ts";
import type { DemoSettings, ProductionSettings } from "./settings.ts";
import { StartError } from "./start-error.ts";
import type { Role } from "./store/profile.ts";
import type { Store } from "./store/store.ts";

/** The credentials that the demo prints. */
export interface DemoCredentials {
  /** `undefined` if people sign in at a provider. */
  readonly password: Redacted<string> | undefined;
  readonly apiKey: Redacted<string>;
}

/** The services that create the first data. */
export interface FirstData {
  readonly store: Store;
  readonly auth: Identity<NoteScope>;
}

/** The demo's accounts. All have the same password. */
export const demoAccounts = [
  { email: "alice@example.com", role: "user", note: "Only I can read this." },
  { email: "bob@example.com", role: "user" },
  { email: "admin@example.com", role: "admin" },
] as const;

const demoClient = { id: "demo-client", name: "demo client", scopes: ["notes:read", "notes:write"] } as const;
/** The actor in audit events. */
const by = "start";

/**
 * Creates missing accounts of the demo, and sets the password and the API key of this start. Only hashes are stored, so each
 * start needs new secrets to print. Everything else of an account stays as it is.
 *
 * @throws StartError for a password or a key that cannot be used
 */
export async function prepareDemo(
  data: FirstData,
  settings: Pick<DemoSettings, "password" | "apiKey"> & Partial<Pick<DemoSettings, "provider">>,
): Promise<DemoCredentials> {
  if (settings.provider !== undefined) return { password: undefined, apiKey: await demoKey(data.auth, settings.apiKey) };
  const password = settings.password ?? new Redacted(randomBytes(18).toString("base64url"));
  for (const account of demoAccounts) await saveAccount(data, { ...account, password }, "NOTES_DEMO_PASSWORD");
  return { password, apiKey: await demoKey(data.auth, settings.apiKey) };
}

/** Returns the key of the demo's one program: the given key, or a new one. Processes that start at once create one program. */
async function demoKey(auth: Identity<NoteScope>, given: Redacted<string> | undefined): Promise<Redacted<string>> {
  for (let attempt = 1; ; attempt += 1) {
    if (given !== undefined && (await opens(auth, given))) return given;
    try {
      return await newDemoKey(auth, given);
    } catch (error) {
      const isCollision = error instanceof Problem && ["client_exists", "not_found"].includes(error.code);
      if (!isCollision || attempt === mostAttempts) throw error;
    }
  }
}

const mostAttempts = 10;

/** Creates the demo's program, a service account, again, without the keys of earlier starts. Returns its key. */
async function newDemoKey(auth: Identity<NoteScope>, given: Redacted<string> | undefined): Promise<Redacted<string>> {
  const { clients, apiKeys } = auth;
  const { id, name, scopes } = demoClient;
  await clients.delete(id, { by });
  await clients.create({ id, name, authentication: "client_secret_basic", grants: ["client_credentials"], scopes, by });
  const key = { owner: { client: id }, name, scopes, by };
  if (given === undefined) return (await apiKeys.create(key, scopes)).key;
  if (await isImported(apiKeys.import({ ...key, key: given, createdAt: Date.now() }))) return given;
  if (await opens(auth, given)) return given;
  throw new StartError(
    "Set NOTES_DEMO_API_KEY to a key that the demo printed before (notes_demo_…), or leave it out to get a new one.",
  );
}

/** Tells whether a key is a valid key of the demo's program. */
async function opens({ apiKeys }: Identity<NoteScope>, key: Redacted<string>): Promise<boolean> {
  try {
    const { owner } = await apiKeys.verify(key, { address: undefined, requestId: by });
    return owner.kind === "client" && owner.id === demoClient.id;
  } catch (error) {
    if (error instanceof InvalidCredential) return false;
    throw error;
  }
}

/** Tells whether a key could be imported: it has the format of the demo's keys, and no other key has its id. */
async function isImported(importing: Promise<boolean>): Promise<boolean> {
  try {
    return await importing;
  } catch (error) {
    if (error instanceof Problem && error.code === "invalid_input") return false;
    throw error;
  }
}

/**
 * Creates the first administrator, unless an active one exists. If people sign in at a provider, the administrator is the account
 * of a subject there, and the settings need not name one.
 *
 * @throws StartError if there is no administrator and the settings name none
 */
export async function prepareProduction(
  data: FirstData,
  settings: Pick<ProductionSettings, "firstAdmin"> & Partial<Pick<ProductionSettings, "firstAdminSubject" | "provider">>,
): Promise<void> {
  const { store, auth } = data;
  const { firstAdmin, firstAdminSubject: subject, provider } = settings;
  const admins = await auth.accounts.findMany(await store.profiles.activeAdmins());
  if ([...admins.values()].some(({ disabledAt }) => disabledAt === undefined)) return;
  if (provider !== undefined) {
    if (subject === undefined) return;
    const [issuer = ""] = provider.issuers;
    const { id } = await auth.subjects.account({ issuer, kind: "user", subject, by });
    await store.profiles.update(id, { role: "admin", isActive: true });
    return;
  }
  if (firstAdmin === undefined) {
    throw new StartError("Set NOTES_ADMIN_EMAIL and NOTES_ADMIN_PASSWORD for the first start: there is no administrator yet.");
  }
  await saveAccount(data, { ...firstAdmin, role: "admin" }, "NOTES_ADMIN_PASSWORD");
}

/**
 * Marks a database as the demo's or production's. The demo's printed password must never be valid in production.
 *
 * @throws StartError for a database that belongs to the other mode
 */
export async function claimDatabase(store: Store, mode: "demo" | "production"): Promise<void> {
  const owner = await store.settings.keep("mode", mode);
  if (owner !== mode) {
    throw new StartError(
      `Set DATABASE_URL to another database: this one belongs to ${owner === "demo" ? "the demo" : "production"}.`,
    );
  }
}

interface FirstAccount {
  readonly email: string;
  readonly role: Role;
  readonly password: Redacted<string>;
  /** A note that is written when the account is created, so its first list is not empty. */
  readonly note?: string;
}

async function saveAccount(data: FirstData, { role, ...given }: FirstAccount, variable: string): Promise<void> {
  const { store, auth } = data;
  const { email, password } = given;
  try {
    const existing = await auth.accounts.findByEmail(email);
    const account = existing ?? (await createAccount(data, given));
    // A user who is signed in stays signed in: it is the same demo, with another password.
    if (existing !== undefined) await auth.accounts.setPassword(existing.id, { password, sessions: "keep", by });
    if (role === "admin") await store.profiles.update(account.id, { role, isActive: true });
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    throw new StartError(`Set ${variable} to another password: ${error.detail}`, { cause: error });
  }
}

/** Creates an account. If another process creates it at the same time, returns that one. */
async function createAccount({ store, auth }: FirstData, { note, ...account }: Omit<FirstAccount, "role">): Promise<Account> {
  const { accounts } = auth;
  try {
    const created = await accounts.create({ ...account, by });
    if (note !== undefined) await store.notes.add(created.id, note);
    return created;
  } catch (error) {
    const isTaken = error instanceof Problem && error.code === "address_taken";
    const made = isTaken ? await accounts.findByEmail(account.email) : undefined;
    if (made === undefined) throw error;
    return made;
  }
}

/** What a start makes sure of in the database: the demo's accounts and key, or the first administrator. */
import { randomBytes } from "node:crypto";
import { InvalidCredential, Problem, Redacted } from "lockstep";
import type { Account, Identity } from "lockstep-identity";
import type { NoteScope } from "./scopes.ts";
import type { DemoSettings, ProductionSettings } from "./settings.ts";
import { StartError } from "./start-error.ts";
import type { Role } from "./store/profile.ts";
import type { Store } from "./store/store.ts";

/** What the demo prints. */
export interface DemoCredentials {
  readonly password: Redacted<string>;
  readonly apiKey: Redacted<string>;
}

/** What first data is made with. */
export interface FirstData {
  readonly store: Store;
  readonly auth: Identity<NoteScope>;
}

/** The demo's accounts; they have one password. */
export const demoAccounts = [
  { email: "alice@example.com", role: "user", note: "Only I can read this." },
  { email: "bob@example.com", role: "user" },
  { email: "admin@example.com", role: "admin" },
] as const;

const demoClient = { id: "demo-client", name: "demo client", scopes: ["notes:read", "notes:write"] } as const;
/** Named in audit events. */
const by = "start";

/**
 * Makes the demo's accounts where they are missing, and gives them and the one API key the secrets of this start. Hashes
 * cannot be printed again, so that what is printed works only if it is new each time; everything else of an account stays.
 *
 * @throws StartError for a password or a key that cannot be
 */
export async function prepareDemo(data: FirstData, settings: Pick<DemoSettings, "password" | "apiKey">): Promise<DemoCredentials> {
  const password = settings.password ?? new Redacted(randomBytes(18).toString("base64url"));
  for (const account of demoAccounts) await saveAccount(data, { ...account, password }, "NOTES_DEMO_PASSWORD");
  return { password, apiKey: await demoKey(data.auth, settings.apiKey) };
}

/** The one key of the demo's one program: the given key, or a new one. Processes that start at once make one program. */
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

/** The program is a service account that is made anew, without the keys of the starts before. */
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
    "NOTES_DEMO_API_KEY must be a key that the demo has printed before (notes_demo_…); without it the demo makes one up.",
  );
}

/** Whether a key opens what the demo's program may open. */
async function opens({ apiKeys }: Identity<NoteScope>, key: Redacted<string>): Promise<boolean> {
  try {
    const { owner } = await apiKeys.verify(key, { address: undefined, requestId: by });
    return owner.kind === "client" && owner.id === demoClient.id;
  } catch (error) {
    if (error instanceof InvalidCredential) return false;
    throw error;
  }
}

/** Whether a key is one of the demo's, and no other key has its id. */
async function isImported(importing: Promise<boolean>): Promise<boolean> {
  try {
    return await importing;
  } catch (error) {
    if (error instanceof Problem && error.code === "invalid_input") return false;
    throw error;
  }
}

/**
 * Makes the first administrator where there is none.
 *
 * @throws StartError where there is none and none is given
 */
export async function prepareProduction(data: FirstData, { firstAdmin }: Pick<ProductionSettings, "firstAdmin">): Promise<void> {
  const { store, auth } = data;
  const admins = await auth.accounts.findMany(await store.profiles.activeAdmins());
  if ([...admins.values()].some(({ disabledAt }) => disabledAt === undefined)) return;
  if (firstAdmin === undefined) {
    throw new StartError("There is no administrator yet: set NOTES_ADMIN_EMAIL and NOTES_ADMIN_PASSWORD for the first start.");
  }
  await saveAccount(data, { ...firstAdmin, role: "admin" }, "NOTES_ADMIN_PASSWORD");
}

/** @throws StartError for a database that belongs to the other mode: the demo's printed password must never open production */
export async function claimDatabase(store: Store, mode: "demo" | "production"): Promise<void> {
  const owner = await store.settings.keep("mode", mode);
  if (owner !== mode) {
    throw new StartError(
      `The database belongs to ${owner === "demo" ? "the demo" : "production"}: set DATABASE_URL to another one.`,
    );
  }
}

interface FirstAccount {
  readonly email: string;
  readonly role: Role;
  readonly password: Redacted<string>;
  /** Written when the account is made, so that its first list shows something. */
  readonly note?: string;
}

async function saveAccount(data: FirstData, { role, ...given }: FirstAccount, variable: string): Promise<void> {
  const { store, auth } = data;
  const { email, password } = given;
  try {
    const existing = await auth.accounts.findByEmail(email);
    const account = existing ?? (await createAccount(data, given));
    // Whoever is signed in stays so: it is the same demo, with another password.
    if (existing !== undefined) await auth.accounts.setPassword(existing.id, { password, sessions: "keep", by });
    if (role === "admin") await store.profiles.update(account.id, { role, isActive: true });
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    throw new StartError(`${variable} cannot be: ${error.detail} Set it to another one.`, { cause: error });
  }
}

/** Makes an account; several processes may start at once, and one of them is the first. */
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

/** What a start makes sure of in the database: the demo's accounts and key, or the first administrator. */
import { Redacted } from "lockstep";
import { generateApiKey, parseApiKey, randomText, storedApiKey } from "./api-key.ts";
import { hashPassword } from "./password.ts";
import type { DemoSettings, ProductionSettings } from "./settings.ts";
import { StartError } from "./start-error.ts";
import type { Store } from "./store/store.ts";
import type { Role, User } from "./store/user.ts";

/** What the demo prints. */
export interface DemoCredentials {
  readonly password: Redacted<string>;
  readonly apiKey: Redacted<string>;
}

/** The demo's accounts; they have one password. */
export const demoAccounts = [
  { email: "alice@example.com", role: "user" },
  { email: "bob@example.com", role: "user" },
  { email: "admin@example.com", role: "admin" },
] as const;

const demoKeyName = "demo client";

/**
 * Makes the demo's accounts where they are missing, and gives them and the one API key the secrets of this start. Hashes
 * cannot be printed again, so that what is printed works only if it is new each time; everything else of an account stays.
 *
 * @throws StartError for a database that is production's
 */
export async function prepareDemo(store: Store, settings: Pick<DemoSettings, "password" | "apiKey">): Promise<DemoCredentials> {
  claim(store, "demo");
  const password = settings.password ?? new Redacted(randomText(24));
  await Promise.all(demoAccounts.map((account) => saveAccount(store, { ...account, password })));
  const apiKey = settings.apiKey ?? generateApiKey("demo");
  const parts = parseApiKey(apiKey);
  if (parts === undefined) throw new TypeError("The demo's API key was checked before");
  store.apiKeys.removeNamed(demoKeyName);
  store.apiKeys.save(storedApiKey(parts, demoKeyName));
  return { password, apiKey };
}

/**
 * Makes the first administrator where there is none.
 *
 * @throws StartError where there is none and none is given, and for a database that the demo has made
 */
export async function prepareProduction(store: Store, { firstAdmin }: Pick<ProductionSettings, "firstAdmin">): Promise<void> {
  claim(store, "production");
  if (store.users.hasActiveAdmin()) return;
  if (firstAdmin === undefined) {
    throw new StartError("There is no administrator yet: set NOTES_ADMIN_EMAIL and NOTES_ADMIN_PASSWORD for the first start.");
  }
  const { id } = await saveAccount(store, { ...firstAdmin, role: "admin" });
  store.users.update(id, { role: "admin", isActive: true });
}

/** A database belongs to what started first: the demo's printed password must never open production. */
function claim(store: Store, mode: "demo" | "production"): void {
  const owner = store.settings.keep("mode", mode);
  if (owner !== mode)
    throw new StartError(
      `The database belongs to ${owner === "demo" ? "the demo" : "production"}: set DATABASE_URL to another file.`,
    );
}

async function saveAccount(
  store: Store,
  account: { readonly email: string; readonly role: Role; readonly password: Redacted<string> },
): Promise<User> {
  const { email, role, password } = account;
  const passwordHash = await hashPassword(password);
  const existing = store.users.findAccount(email);
  if (existing === undefined) return store.users.add({ email, role, passwordHash });
  store.users.setPassword(existing.user.id, passwordHash);
  return existing.user;
}

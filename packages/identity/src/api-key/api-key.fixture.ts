/** Shared by tests of API keys: owners, throttles, a database that counts, and keys to guess with. */
import { randomBytes, randomUUID } from "node:crypto";
import { crc32 } from "node:zlib";
import { Problem, Redacted, Unavailable } from "lockstep";
import { Clients } from "../client/clients.ts";
import { type TestSettings, testSettings } from "../settings.fixture.ts";
import type { Settings } from "../settings.ts";
import type { Database, Listener, Listening } from "../store/database.ts";
import { all, sql, type Work } from "../store/statement.ts";
import { ApiKeys, type ApiKeysOptions, type CreatedApiKey, type KeyFailure, type KeyThrottle } from "./api-keys.ts";

/** All scopes of the test settings. */
export const everyScope: readonly string[] = ["notes:read", "notes:write"];

/** The origin of a key, for tests that do not care. */
export const origin: { readonly address: string; readonly requestId: string } = { address: "192.0.2.1", requestId: "r-1" };

/** A throttle without limits. */
export const openThrottle: KeyThrottle = { mayCompare: () => true, isBelow: () => true, failed: () => {} };

/** Lets `limit` wrong secrets through for each address and for each key, and counts its calls. */
export class LimitedThrottle implements KeyThrottle {
  readonly failures = new Map<string, number>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  mayCompare(keyId: string): boolean {
    return this.#isBelow(`at ${keyId}`);
  }

  isBelow(address: string | undefined): boolean {
    return this.#isBelow(`from ${address}`);
  }

  failed({ address, keyId }: KeyFailure): void {
    const buckets = [`from ${address}`, ...(keyId === undefined ? [] : [`at ${keyId}`])];
    for (const bucket of buckets) this.failures.set(bucket, (this.failures.get(bucket) ?? 0) + 1);
  }

  #isBelow(bucket: string): boolean {
    return (this.failures.get(bucket) ?? 0) < this.#limit;
  }
}

/** A database that counts its calls, and can be made unavailable. */
export class WatchedDatabase implements Database {
  asked = 0;
  isAway = false;
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get kind(): Database["kind"] {
    return this.#database.kind;
  }

  async run<T>(work: Work<T>): Promise<T> {
    this.#ask();
    return this.#database.run(work);
  }

  async transaction<T>(work: () => Work<T>): Promise<T> {
    this.#ask();
    return this.#database.transaction(work);
  }

  listen(channel: string, listener: Listener): Promise<Listening> {
    return this.#database.listen(channel, listener);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #ask(): void {
    this.asked += 1;
    if (this.isAway) throw new Unavailable("away");
  }
}

const insertAccount = sql("INSERT INTO identity_accounts (id, email, email_key, created_at) VALUES (:id, :email, :email, 0)");
const disableAccount = sql("UPDATE identity_accounts SET disabled_at = 1 WHERE id = :id");
const deleteAccount = sql("DELETE FROM identity_accounts WHERE id = :id");

/** Makes an account. Returns its id. */
export async function addAccount(database: Database, email = `${randomUUID()}@example.com`): Promise<string> {
  const id = randomUUID();
  await database.run(all(insertAccount, { id, email }));
  return id;
}

/** Disables an account in its row, which is all that keys depend on. */
export async function disable(database: Database, id: string): Promise<void> {
  await database.run(all(disableAccount, { id }));
}

/** Deletes an account. */
export async function remove(database: Database, id: string): Promise<void> {
  await database.run(all(deleteAccount, { id }));
}

/** API keys on a database, with two accounts. */
export interface TestKeys extends TestSettings {
  readonly watched: WatchedDatabase;
  readonly apiKeys: ApiKeys;
  readonly clients: Clients;
  readonly alice: string;
  readonly bob: string;
  /** Makes a key for Alice, with all scopes by default. */
  make(wanted?: {
    readonly name?: string;
    readonly scopes?: readonly string[];
    readonly expiresInDays?: number;
  }): Promise<CreatedApiKey>;
}

/** Options of `testKeys()`. */
export interface TestKeysOptions extends ApiKeysOptions {
  readonly throttle?: KeyThrottle;
  readonly settings?: Partial<Settings>;
}

/** Opens API keys on a database. */
export async function testKeys(database: Database, options: TestKeysOptions = {}): Promise<TestKeys> {
  const watched = new WatchedDatabase(database);
  const test = testSettings(watched, options.settings);
  const apiKeys = new ApiKeys(test.settings, options.throttle ?? openThrottle, { flushEveryMs: 3_600_000, ...options });
  const [alice, bob] = [await addAccount(database, "alice@example.com"), await addAccount(database, "bob@example.com")];
  return {
    ...test,
    watched,
    apiKeys,
    clients: new Clients(test.settings),
    alice,
    bob,
    make: ({ name = "deploy", scopes = everyScope, ...wanted } = {}) =>
      apiKeys.create({ owner: { account: alice }, by: alice, name, scopes, ...wanted }, everyScope),
  };
}

/** Starts many attempts at once. Returns how many succeeded, and the codes of the others. */
export async function race(count: number, attempt: () => Promise<unknown>): Promise<{ won: number; codes: readonly unknown[] }> {
  const results = await Promise.allSettled(Array.from({ length: count }, attempt));
  // A refusal is a problem. Anything else has no code that a test expects.
  const codes = results.flatMap((result) => (result.status === "rejected" ? [(result.reason as Problem).code] : []));
  return { won: count - codes.length, codes: [...new Set(codes)] };
}

/** Returns a check that an error is a problem with this code. */
export function refusedAs(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Problem && error.code === code;
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Builds the key of an id and a guessed secret, with its checksum. */
export function keyOf(id: string, secret: string, start = "test_live"): Redacted<string> {
  const body = `${start}_${id}_${secret}`;
  let [number, sum] = [crc32(body), ""];
  for (let digit = 0; digit < 6; digit += 1) {
    sum = `${alphabet[number % 62]}${sum}`;
    number = Math.floor(number / 62);
  }
  return new Redacted(`${body}_${sum}`);
}

/** Generates random letters and digits. */
export function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte % 62]).join("");
}

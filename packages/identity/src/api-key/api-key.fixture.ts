/** What tests of API keys share: owners, throttles, a database to watch, and keys that somebody guesses. */
import { randomBytes, randomUUID } from "node:crypto";
import { crc32 } from "node:zlib";
import { Problem, Redacted, Unavailable } from "lockstep";
import { Clients } from "../client/clients.ts";
import { type TestSettings, testSettings } from "../settings.fixture.ts";
import type { Settings } from "../settings.ts";
import type { Database, Listener, Listening } from "../store/database.ts";
import { all, sql, type Work } from "../store/statement.ts";
import { ApiKeys, type ApiKeysOptions, type CreatedApiKey, type KeyAttempt, type KeyThrottle } from "./api-keys.ts";

/** Every scope of the test settings. */
export const everyScope: readonly string[] = ["notes:read", "notes:write"];

/** Where a key comes from, in tests that do not ask. */
export const origin: { readonly address: string; readonly requestId: string } = { address: "192.0.2.1", requestId: "r-1" };

/** Limits nothing. */
export const openThrottle: KeyThrottle = { mayEvaluate: () => true, failed: () => {} };

/** Lets so many wrong secrets through, of each address and of each key, and counts what it was asked. */
export class LimitedThrottle implements KeyThrottle {
  readonly failures = new Map<string, number>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  mayEvaluate(about: KeyAttempt): boolean {
    return buckets(about).every((bucket) => (this.failures.get(bucket) ?? 0) < this.#limit);
  }

  failed(about: KeyAttempt): void {
    for (const bucket of buckets(about)) this.failures.set(bucket, (this.failures.get(bucket) ?? 0) + 1);
  }
}

function buckets({ address, keyId }: KeyAttempt): string[] {
  return [`from ${address}`, ...(keyId === undefined ? [] : [`at ${keyId}`])];
}

/** A database that counts what it is asked, and can be away. */
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

/** Makes an account; gives its id. */
export async function addAccount(database: Database, email = `${randomUUID()}@example.com`): Promise<string> {
  const id = randomUUID();
  await database.run(all(insertAccount, { id, email }));
  return id;
}

/** Disables an account, as far as keys go. */
export async function disable(database: Database, id: string): Promise<void> {
  await database.run(all(disableAccount, { id }));
}

/** Deletes an account. */
export async function remove(database: Database, id: string): Promise<void> {
  await database.run(all(deleteAccount, { id }));
}

/** Keys on a database, with two accounts. */
export interface TestKeys extends TestSettings {
  readonly watched: WatchedDatabase;
  readonly apiKeys: ApiKeys;
  readonly clients: Clients;
  readonly alice: string;
  readonly bob: string;
  /** A key of Alice's with all scopes. */
  make(wanted?: {
    readonly name?: string;
    readonly scopes?: readonly string[];
    readonly expiresInDays?: number;
  }): Promise<CreatedApiKey>;
}

/** What tests may choose. */
export interface TestKeysOptions extends ApiKeysOptions {
  readonly throttle?: KeyThrottle;
  readonly settings?: Partial<Settings>;
}

/** Opens keys. */
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

/** Which of many attempts came through, and the codes that the others were refused with. */
export async function race(count: number, attempt: () => Promise<unknown>): Promise<{ won: number; codes: readonly unknown[] }> {
  const results = await Promise.allSettled(Array.from({ length: count }, attempt));
  // What is refused here is a problem; anything else has no code that a test expects.
  const codes = results.flatMap((result) => (result.status === "rejected" ? [(result.reason as Problem).code] : []));
  return { won: count - codes.length, codes: [...new Set(codes)] };
}

/** Whether an error is a problem of this code. */
export function refusedAs(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Problem && error.code === code;
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The key of an id and a secret that somebody guesses, with its checksum. */
export function keyOf(id: string, secret: string, start = "test_live"): Redacted<string> {
  const body = `${start}_${id}_${secret}`;
  let [number, sum] = [crc32(body), ""];
  for (let digit = 0; digit < 6; digit += 1) {
    sum = `${alphabet[number % 62]}${sum}`;
    number = Math.floor(number / 62);
  }
  return new Redacted(`${body}_${sum}`);
}

/** Random letters and digits. */
export function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte % 62]).join("");
}

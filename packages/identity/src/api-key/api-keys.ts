/** API keys: made, listed, replaced, ended and verified. What the application, the routes and the command line use. */
import { notFound, type Problem, problem, type Redacted, secret } from "lockstep";
import type { Recorder } from "../audit/auditor.ts";
import { revoke } from "../revocation/revocation-log.ts";
import { hashOfSecret } from "../secret/opaque-token.ts";
import { lastTokenOver } from "../session/end-session.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
import { type ApiKey, type KeyOwner, subjectOfOwner, type VerifiedKey } from "./api-key.ts";
import { generateApiKey } from "./api-key-format.ts";
import { lockOwner, type OwnerRecord, scopesOfOwner } from "./api-key-owner.ts";
import { checkGrace, checkHeld, checkName, expiryOf, expiryOfSuccessor } from "./api-key-rules.ts";
import {
  countLiveApiKeys,
  findApiKey,
  insertApiKey,
  type KeyPage,
  listApiKeys,
  replaceApiKey,
  revokeApiKey,
} from "./api-key-store.ts";
import type { KeyThrottle } from "./api-key-throttle.ts";
import { knownKey, type KeyToImport } from "./api-key-import.ts";
import { ApiKeyUse } from "./api-key-use.ts";
import { ApiKeyVerifier, type KeyOrigin } from "./api-key-verifier.ts";

export type { ApiKey, KeyOwner, VerifiedKey, VerifiedOwner } from "./api-key.ts";
export type { KeyToImport } from "./api-key-import.ts";
export type { KeyPage } from "./api-key-store.ts";
export type { KeyAttempt, KeyThrottle } from "./api-key-throttle.ts";
export type { KeyOrigin } from "./api-key-verifier.ts";

/** Who does something to a key, for the audit event. */
export interface KeyChange {
  /** The `sub` of whoever does it, or what names the command line. */
  readonly by?: string | undefined;
  /** The `X-Request-Id` of the answer. */
  readonly requestId?: string | undefined;
}

/** A key to be made. */
export interface NewApiKey extends KeyChange {
  readonly owner: KeyOwner;
  /** For people: one line of 1 to 100 characters. */
  readonly name: string;
  readonly scopes: readonly string[];
  /** 1 to 366, default 90. `never` is for service accounts, and for programs only: no route takes it. */
  readonly expiresInDays?: number | "never" | undefined;
}

/** How a key is replaced. */
export interface KeyRotation extends KeyChange {
  /** How long the old key works on. 0 to 7 days, default an hour. */
  readonly graceSeconds?: number | undefined;
}

/** A key that was just made. */
export interface CreatedApiKey {
  /** The key itself: shown this once, kept as a hash. */
  readonly key: Redacted<string>;
  readonly apiKey: ApiKey;
}

/** How keys are kept. */
export interface ApiKeysOptions {
  /** How many keys of one owner work at once. Default 50; as many again may be in the grace of a rotation. */
  readonly maxKeysPerOwner?: number;
  /** How often last uses are written, in milliseconds. Default 10,000. */
  readonly flushEveryMs?: number;
}

/** The API keys of one identity service. */
export class ApiKeys {
  readonly #settings: Settings;
  readonly #verifier: ApiKeyVerifier;
  readonly #use: ApiKeyUse;
  readonly #maxKeysPerOwner: number;

  constructor(settings: Settings, throttle: KeyThrottle, options: ApiKeysOptions = {}) {
    this.#settings = settings;
    this.#verifier = new ApiKeyVerifier(settings, throttle);
    this.#use = new ApiKeyUse(settings.database, options.flushEveryMs ?? 10_000);
    this.#maxKeysPerOwner = options.maxKeysPerOwner ?? 50;
  }

  /**
   * Makes a key. It grants scopes that its owner has and that whoever makes it holds (`creatorScopes`), no others.
   *
   * @throws Problem `scope_not_held` (403), `too_many_keys` (409), `invalid_input` (422), `not_found` (404) where the owner is gone
   * @throws Unavailable while the database is away; then there is no key
   */
  async create(request: NewApiKey, creatorScopes: readonly string[]): Promise<CreatedApiKey> {
    const { owner, by } = request;
    const settings = this.#settings;
    const now = settings.clock();
    const name = checkName(request.name);
    const expiresAt = expiryOf(request.expiresInDays, owner, now);
    const scopes = checkHeld(request.scopes, creatorScopes, settings);
    const { key, fresh } = freshKey(settings, { owner, name, scopes, createdAt: now, expiresAt });
    const max = this.#maxKeysPerOwner;
    await this.#recorded(request, function* (record) {
      const held = yield* holdOwner(owner);
      checkHeld(scopes, scopesOfOwner(held, settings), settings);
      const { live, replaced } = yield* countLiveApiKeys(owner, now);
      if (live - replaced >= max) throw tooManyKeys();
      yield* insert(fresh, key, by);
      yield* record({ type: "api_key.created", ...about(fresh, by) });
    });
    return { key: key.full, apiKey: fresh };
  }

  /**
   * Takes over a key that was made elsewhere; `false` where there is a key of its id already.
   *
   * @throws Problem `invalid_input` (422) for what is no key of this service, `scope_not_held` (403), `not_found` (404) without the owner
   */
  async import(known: KeyToImport & KeyChange): Promise<boolean> {
    const settings = this.#settings;
    const { owner, createdAt, expiresAt, by } = known;
    const { id, secretHash } = knownKey(known, settings);
    const name = checkName(known.name);
    return this.#recorded(known, function* (record) {
      const scopes = checkHeld(known.scopes, scopesOfOwner(yield* holdOwner(owner), settings), settings);
      if ((yield* findApiKey(id)) !== undefined) return false;
      const isKept = yield* insertApiKey({ id, familyId: id, owner, name, scopes, createdAt, expiresAt, secretHash, by });
      if (!isKept) throw notFound();
      const about = { subject: subjectOfOwner(owner), key: id, family: id };
      yield* record({ type: "api_key.created", ...about, ...(by === undefined ? {} : { by }) });
      return true;
    });
  }

  /** Finds a key by its id, ended or not. */
  find(id: string): Promise<ApiKey | undefined> {
    return this.#settings.database.run(findApiKey(id));
  }

  /** Lists the keys of an owner, newest first; those that have ended are listed for 30 days more. */
  list(owner: KeyOwner, page: KeyPage = {}): Promise<readonly ApiKey[]> {
    return this.#settings.database.run(listApiKeys(owner, page));
  }

  /**
   * Replaces a key by a new one of the same family, name, scopes and life. The old one works until its grace ends. Of many who
   * try at once, one does. `rotatorScopes` must hold what the key grants: the new key is shown to whoever asks.
   *
   * @throws Problem `already_rotated`, `key_ended` or `too_many_keys` (409), `scope_not_held` (403), `invalid_input` (422), `not_found` (404)
   * @throws Unavailable while the database is away
   */
  async rotate(id: string, rotation: KeyRotation, rotatorScopes: readonly string[]): Promise<CreatedApiKey> {
    const settings = this.#settings;
    const now = settings.clock();
    const graceSeconds = checkGrace(rotation.graceSeconds);
    const max = this.#maxKeysPerOwner;
    const { by } = rotation;
    return this.#recorded(rotation, function* (record) {
      const old = yield* loadKey(id);
      const { owner, name, familyId } = old;
      const held = yield* holdOwner(owner);
      const had = scopesOfOwner(held, settings);
      const scopes = old.scopes.filter((scope) => had.includes(scope));
      checkHeld(scopes, rotatorScopes, settings);
      if (!(yield* replaceApiKey(id, now, now + graceSeconds * 1000))) throw notRotated(yield* loadKey(id));
      if (graceSeconds === 0) yield* revokeTokensOf(id, settings);
      if ((yield* countLiveApiKeys(owner, now)).live >= 2 * max) throw tooManyKeys();
      const expiresAt = expiryOfSuccessor(old, now);
      const { key, fresh } = freshKey(settings, { owner, name, scopes, createdAt: now, expiresAt, familyId });
      yield* insert(fresh, key, by);
      yield* record({ type: "api_key.rotated", ...about(old, by) });
      yield* record({ type: "api_key.created", ...about(fresh, by) });
      return { key: key.full, apiKey: fresh };
    });
  }

  /** Ends one key at once, not the others of its family. `false` where it had ended, or is not there. */
  revoke(id: string, change: KeyChange = {}): Promise<boolean> {
    const settings = this.#settings;
    return this.#recorded(change, function* (record) {
      const ended = yield* revokeApiKey(id, settings.clock());
      if (ended === undefined) return false;
      yield* revokeTokensOf(id, settings);
      yield* record({ type: "api_key.revoked", ...about(ended, change.by) });
      return true;
    });
  }

  /**
   * Verifies a key with one lookup and notes its use.
   *
   * @throws InvalidCredential for anything that opens nothing, always the same to the outside
   * @throws Problem `too_many_requests` (429) after too many wrong secrets from this network or for this key
   * @throws Unavailable while the database is away
   */
  async verify(key: Redacted<string>, origin: KeyOrigin): Promise<VerifiedKey> {
    const verified = await this.#verifier.verify(key, origin);
    this.#use.used(verified.id, this.#settings.clock());
    return verified;
  }

  /** Writes the last uses that are still in memory. */
  flush(): Promise<void> {
    return this.#use.flush();
  }

  /** Writes the last uses that are still in memory, and stops. The database stays open. */
  close(): Promise<void> {
    return this.#use.close();
  }

  #recorded<T>({ requestId }: KeyChange, work: (record: Recorder) => Work<T>): Promise<T> {
    const { audit, database } = this.#settings;
    return audit.recorded(database, requestId === undefined ? {} : { requestId }, work);
  }
}

interface FreshKey {
  readonly full: Redacted<string>;
  readonly secret: Redacted<string>;
}

type Described = Pick<ApiKey, "owner" | "name" | "scopes" | "createdAt" | "expiresAt"> & { readonly familyId?: string };

function freshKey(settings: Settings, described: Described): { readonly key: FreshKey; readonly fresh: ApiKey } {
  const { key, parts } = generateApiKey(settings);
  const { id } = parts;
  const familyId = described.familyId ?? id;
  const fresh = { ...described, id, familyId, rotatedAt: undefined, revokedAt: undefined, usedAt: undefined };
  return { key: { full: key, secret: parts.secret }, fresh };
}

/** @throws Problem `not_found` where the owner went while the key was on the way */
function* insert(fresh: ApiKey, key: FreshKey, by: string | undefined): Work<void> {
  const isKept = yield* insertApiKey({ ...fresh, secretHash: secret(hashOfSecret(key.secret)), by });
  if (!isKept) throw notFound();
}

function* loadKey(id: string): Work<ApiKey> {
  const key = yield* findApiKey(id);
  if (key === undefined) throw notFound();
  return key;
}

function* holdOwner(owner: KeyOwner): Work<OwnerRecord> {
  const held = yield* lockOwner(owner);
  if (held === undefined) throw notFound();
  return held;
}

/** For whoever remembers a key that was verified: it is over. */
function* revokeTokensOf(id: string, settings: Settings): Work<void> {
  const at = settings.clock();
  yield* revoke({ kind: "api_key", key: id, at, expiresAt: lastTokenOver(settings, at) });
}

function about(
  { owner, id, familyId }: ApiKey,
  by: string | undefined,
): { subject: string; key: string; family: string; by?: string } {
  return { subject: subjectOfOwner(owner), key: id, family: familyId, ...(by === undefined ? {} : { by }) };
}

function notRotated({ rotatedAt }: ApiKey): Problem {
  if (rotatedAt !== undefined) return problem(409, "already_rotated", "This key was replaced already.");
  return problem(409, "key_ended", "This key has ended.");
}

function tooManyKeys(): Problem {
  return problem(409, "too_many_keys", "There are as many keys as there may be: end one of them first.");
}

/** Makes, lists, replaces, ends and verifies API keys, for the application, the routes and the command line. */
import { notFound, type Redacted } from "lockstep";
import type { Recorder } from "../audit/auditor.ts";
import { endApiKeys, logKeyEnd } from "../lineage/end-api-keys.ts";
import { apiKeyCreated } from "../mail/message.ts";
import type { Outbox } from "../mail/outbox.ts";
import { checkOptions, type KnownOptions } from "../mechanism/wrong-identity-option.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
import type { KeyThrottle } from "../throttle/key-limits.ts";
import { type ApiKey, type KeyOwner, subjectOfOwner, type VerifiedKey } from "./api-key.ts";
import { knownKey, type KeyToImport } from "./api-key-import.ts";
import { lockOwner, type OwnerRecord, scopesOfOwner } from "./api-key-owner.ts";
import type { CreatedApiKey, KeyChange, KeyRotation, KeysOfOwner, NewApiKey } from "./api-key-request.ts";
import { checkGrace, checkHeld, checkName, checkOwner, expiryOf, expiryOfSuccessor } from "./api-key-rules.ts";
import { countLiveApiKeys, findApiKey, insertApiKey, type KeyPage, listApiKeys, replaceApiKey } from "./api-key-store.ts";
import { ApiKeyUse } from "./api-key-use.ts";
import { ApiKeyVerifier, type KeyOrigin } from "./api-key-verifier.ts";
import { eventOf, freshKey, holdMakers, insertFreshKey, loadKey, notRotated, tooManyKeys } from "./api-key-work.ts";

export type { ApiKey, KeyOwner, VerifiedKey, VerifiedOwner } from "./api-key.ts";
export type { KeyToImport } from "./api-key-import.ts";
export type { CreatedApiKey, KeyChange, KeyRotation, KeysOfOwner, NewApiKey } from "./api-key-request.ts";
export type { KeyPage } from "./api-key-store.ts";
export type { KeyFailure, KeyThrottle } from "../throttle/key-limits.ts";
export type { KeyOrigin } from "./api-key-verifier.ts";

/** Options of `ApiKeys`. */
export interface ApiKeysOptions {
  /** How many keys of one owner can work at the same time. Default 50. As many more can be in the grace of a rotation. */
  readonly maxKeysPerOwner?: number;
  /** How often the last uses are written, in milliseconds. Default 10,000. */
  readonly flushEveryMs?: number;
  /** Tells the owner of an account by mail about each new key. Without it, no mail is sent. */
  readonly outbox?: Outbox | undefined;
}

const changed: KnownOptions<KeyChange> = { by: true, sessionId: true, clientId: true, requestId: true };
const asked: KnownOptions<NewApiKey> = { owner: true, name: true, scopes: true, expiresInDays: true, ...changed };
const imported: KnownOptions<KeyToImport & KeyChange> = {
  key: true,
  id: true,
  secretHash: true,
  owner: true,
  name: true,
  scopes: true,
  createdAt: true,
  expiresAt: true,
  ...changed,
};

/** Of an imported key, nobody knows how it was made. */
const unknownMaker = { sessionId: undefined, makerClientId: undefined, parentId: undefined };

/** The API keys of one identity service. Every method refuses a misspelt option with `WrongIdentityOption`. */
export class ApiKeys {
  readonly #settings: Settings;
  readonly #verifier: ApiKeyVerifier;
  readonly #use: ApiKeyUse;
  readonly #maxKeysPerOwner: number;
  readonly #outbox: Outbox | undefined;

  constructor(settings: Settings, throttle: KeyThrottle, options: ApiKeysOptions = {}) {
    this.#settings = settings;
    this.#verifier = new ApiKeyVerifier(settings, throttle);
    this.#use = new ApiKeyUse(settings.database, options.flushEveryMs ?? 10_000);
    this.#maxKeysPerOwner = options.maxKeysPerOwner ?? 50;
    this.#outbox = options.outbox;
  }

  /**
   * Makes a key. It can only have scopes that its owner has and that the caller holds (`creatorScopes`). The owner is an account,
   * a service account, or an external owner, whom only the application knows: `{ external: "org:42" }`. The option
   * `scopesOfOwner` says which scopes an external owner has. Pass `by` and `sessionId`, so the key ends with its maker.
   * The owner of an account gets a mail with the name of the key.
   *
   * @throws Problem `scope_not_held` (403), `too_many_keys` (409), `invalid_input` (422), `not_found` (404) if the owner was
   * deleted
   * @throws Unavailable while the database is away; then no key was made
   */
  async create(request: NewApiKey, creatorScopes: readonly string[]): Promise<CreatedApiKey> {
    checkOptions("apiKeys.create()", request, asked);
    const { by } = request;
    const settings = this.#settings;
    const owner = checkOwner(request.owner, settings);
    const now = settings.clock();
    const name = checkName(request.name);
    const expiresAt = expiryOf(request.expiresInDays, owner, now);
    const scopes = checkHeld(request.scopes, creatorScopes);
    const { key, fresh } = freshKey(settings, { owner, name, scopes, createdAt: now, expiresAt });
    const max = this.#maxKeysPerOwner;
    const made = await this.#recorded(request, function* (record) {
      const held = yield* holdMakers(owner, request, settings);
      checkHeld(scopes, scopesOfOwner(held, settings));
      const { live, replaced } = yield* countLiveApiKeys(owner, now);
      if (live - replaced >= max) tooManyKeys();
      yield* insertFreshKey(fresh, key, request);
      yield* record({ type: "api_key.created", ...eventOf(fresh, by) });
      return held;
    });
    this.#tell(made, fresh, request);
    return { key: key.full, apiKey: fresh };
  }

  /**
   * Imports a key that was made elsewhere. Returns `false` if a key has its id already.
   *
   * @throws Problem `invalid_input` (422) if it is not a key of this service, `scope_not_held` (403), `not_found` (404) if the
   * owner does not exist
   */
  async import(known: KeyToImport & KeyChange): Promise<boolean> {
    const settings = this.#settings;
    checkOptions("apiKeys.import()", known, imported);
    const { createdAt, expiresAt, by } = known;
    const owner = checkOwner(known.owner, settings);
    const { id, secretHash } = knownKey(known, settings);
    const name = checkName(known.name);
    return this.#recorded(known, function* (record) {
      const scopes = checkHeld(known.scopes, scopesOfOwner(yield* holdMakers(owner, {}, settings), settings));
      if ((yield* findApiKey(id)) !== undefined) return false;
      const isKept = yield* insertApiKey({
        id,
        familyId: id,
        owner,
        name,
        scopes,
        createdAt,
        expiresAt,
        secretHash,
        by,
        ...unknownMaker,
      });
      if (!isKept) notFound();
      yield* record({ type: "api_key.created", ...eventOf({ owner, id, familyId: id }, by) });
      return true;
    });
  }

  /** Finds a key by its id, including keys that have ended. */
  find(id: string): Promise<ApiKey | undefined> {
    return this.#settings.database.run(findApiKey(id));
  }

  /** Lists the keys of an owner, newest first. Keys that have ended are listed for another 30 days. */
  async list(owner: KeyOwner, page: KeyPage = {}): Promise<readonly ApiKey[]> {
    checkOptions("apiKeys.list()", page, { limit: true, after: true });
    return this.#settings.database.run(listApiKeys(owner, page));
  }

  /**
   * Replaces a key by a new one with the same family, name, scopes and life. The old one works until its grace ends. If several
   * calls replace one key at once, one succeeds. `rotatorScopes` must include the scopes of the key, because the caller gets the
   * new one.
   *
   * @throws Problem `already_rotated`, `key_ended` or `too_many_keys` (409), `scope_not_held` (403), `invalid_input` (422),
   * `not_found` (404)
   * @throws Unavailable while the database is away
   */
  async rotate(id: string, rotation: KeyRotation, rotatorScopes: readonly string[]): Promise<CreatedApiKey> {
    checkOptions("apiKeys.rotate()", rotation, { graceSeconds: true, ...changed });
    const settings = this.#settings;
    const now = settings.clock();
    const graceSeconds = checkGrace(rotation.graceSeconds);
    const max = this.#maxKeysPerOwner;
    const { by } = rotation;
    const { held, created } = await this.#recorded(rotation, function* (record) {
      const old = yield* loadKey(id);
      const { owner, name, familyId } = old;
      const held = yield* holdMakers(owner, rotation, settings);
      const had = scopesOfOwner(held, settings);
      const scopes = old.scopes.filter((scope) => had.includes(scope));
      checkHeld(scopes, rotatorScopes);
      if (!(yield* replaceApiKey(id, now, now + graceSeconds * 1000))) notRotated(yield* loadKey(id));
      if (graceSeconds === 0) yield* logKeyEnd(id, settings);
      if ((yield* countLiveApiKeys(owner, now)).live >= 2 * max) tooManyKeys();
      const expiresAt = expiryOfSuccessor(old, now);
      const { key, fresh } = freshKey(settings, { owner, name, scopes, createdAt: now, expiresAt, familyId });
      yield* insertFreshKey(fresh, key, rotation, id);
      yield* record({ type: "api_key.rotated", ...eventOf(old, by) });
      yield* record({ type: "api_key.created", ...eventOf(fresh, by) });
      return { held, created: { key: key.full, apiKey: fresh } };
    });
    this.#tell(held, created.apiKey, rotation);
    return created;
  }

  /** Ends one key at once; the others of its family go on. Returns `false` if it had ended already or does not exist. */
  async revoke(id: string, change: KeyChange = {}): Promise<boolean> {
    checkOptions("apiKeys.revoke()", change, changed);
    const settings = this.#settings;
    return this.#recorded(change, function* (record) {
      return (yield* endApiKeys({ id }, { by: change.by }, record, settings)).length > 0;
    });
  }

  /**
   * Ends all keys of an owner at once, for example because an organisation was deleted. Returns the ids of the keys that this
   * call ended. A key that is being made at the same time may be made afterwards: let `scopesOfOwner` return `undefined` for an
   * owner that no longer exists.
   *
   * @throws Unavailable while the database is away; then no key was ended
   */
  async endAll(change: KeysOfOwner): Promise<readonly string[]> {
    checkOptions("apiKeys.endAll()", change, { owner: true, ...changed });
    const { owner, by } = change;
    const settings = this.#settings;
    return this.#recorded(change, function* (record) {
      yield* lockOwner(owner);
      return yield* endApiKeys({ owner: subjectOfOwner(owner) }, { by }, record, settings);
    });
  }

  /**
   * Verifies a key with one lookup and records its use.
   *
   * @throws InvalidCredential if the key does not verify, the same for every reason
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

  /** Sends the owner of an account the news of a key, so a key that a thief made is noticed. */
  #tell(owner: OwnerRecord, { name }: ApiKey, { requestId }: KeyChange): void {
    if (owner.kind !== "user") return;
    const { issuer, lifetimes } = this.#settings;
    const { id, email } = owner.account;
    const message = apiKeyCreated({ service: new URL(issuer).host, linkSeconds: lifetimes.linkSeconds, name });
    this.#outbox?.post({ to: email, message, kind: "api_key_created", subject: id, requestId });
  }

  #recorded<T>({ requestId }: KeyChange, work: (record: Recorder) => Work<T>): Promise<T> {
    const { audit, database } = this.#settings;
    return audit.recorded(database, requestId === undefined ? {} : { requestId }, work);
  }
}

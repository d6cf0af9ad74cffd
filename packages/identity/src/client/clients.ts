/** Manages clients, for the application, the command line and administrators. */
import { problem, type Redacted, secret } from "lockstep";
import type { Recorder } from "../audit/auditor.ts";
import { endClient } from "../lineage/end-client.ts";
import { checkOptions, type KnownOptions } from "../mechanism/wrong-identity-option.ts";
import { hashOfSecret, newSecret } from "../secret/opaque-token.ts";
import type { Settings } from "../settings.ts";
import type { Work } from "../store/statement.ts";
import type { Client } from "./client.ts";
import { checkRegistration, type ClientRegistration } from "./client-registration.ts";
import {
  type ClientRecord,
  deleteClient,
  disableClient,
  enableClient,
  findClient,
  insertClient,
  listClients,
  lockClient,
  setClientSecret,
} from "./client-store.ts";

/** A new client. */
export interface CreatedClient {
  readonly client: Client;
  /** The secret of a `client_secret_basic` client. It is shown only here; only its hash is stored. */
  readonly secret: Redacted<string> | undefined;
}

/** A page of the list of clients. */
export interface ClientPage {
  /** The most clients to return, from 1 to 1,000. Default 100. */
  readonly limit?: number;
  /** The id of the last client of the page before. */
  readonly after?: string;
}

/** Who changes a client, for the audit event. */
export interface ClientChange {
  /** The id of an account, or a name for the command line. */
  readonly by?: string;
  readonly requestId?: string;
}

const changed: KnownOptions<ClientChange> = { by: true, requestId: true };
const registered: KnownOptions<ClientRegistration & ClientChange> = {
  name: true,
  id: true,
  authentication: true,
  jwks: true,
  grants: true,
  scopes: true,
  introspects: true,
  ...changed,
};

/** Creates, lists, disables and deletes clients. Every method refuses a misspelt option with `WrongIdentityOption`. */
export class Clients {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * Creates a client. Its id is random unless you pass one.
   *
   * @throws Problem `wrong_client` (422) for a registration that breaks a rule, `client_exists` (409) if the id is taken
   */
  async create(registration: ClientRegistration & ClientChange): Promise<CreatedClient> {
    checkOptions("clients.create()", registration, registered);
    const { jwks, ...about } = await checkRegistration(registration, this.#settings);
    const client = { ...about, createdBy: registration.by, createdAt: this.#settings.clock() };
    const shown = client.authentication === "client_secret_basic" ? newSecret() : undefined;
    const secretHash = shown === undefined ? undefined : secret(hashOfSecret(shown));
    await this.#recorded(registration, function* (record) {
      const isNew = yield* insertClient({ ...client, jwks, secretHash });
      if (!isNew) problem(409, "client_exists", "A client with this id exists already.");
      yield* record({ type: "client.created", subject: client.id, ...byOf(registration) });
    });
    return { client: { ...client, disabledAt: undefined }, secret: shown };
  }

  /** Finds a client by its id, even if it is disabled. */
  async find(id: string): Promise<Client | undefined> {
    const found = await this.findRecord(id);
    if (found === undefined) return undefined;
    const { secretHash: _secretHash, jwks: _jwks, position: _position, ...client } = found;
    return client;
  }

  /** Finds a client with its secret's hash, its keys and the position of the revocation log. */
  findRecord(id: string): Promise<ClientRecord | undefined> {
    return this.#settings.database.run(findClient(id));
  }

  /** Lists clients in the order of their ids. */
  async list(page: ClientPage = {}): Promise<readonly Client[]> {
    checkOptions("clients.list()", page, { limit: true, after: true });
    const { limit = 100, after = "" } = page;
    return this.#settings.database.run(listClients({ limit, after }));
  }

  /**
   * Disables a client: it cannot authenticate. Its sessions, tokens and API keys end, and so do the keys that were made through
   * it. Returns `false` if it is already disabled or does not exist.
   */
  async disable(id: string, change: ClientChange = {}): Promise<boolean> {
    checkOptions("clients.disable()", change, changed);
    const settings = this.#settings;
    return this.#recorded(change, function* (record) {
      yield* lockClient(id);
      if ((yield* disableClient(id, settings.clock())) === undefined) return false;
      yield* endClient(id, "client_disabled", record, settings);
      yield* record({ type: "client.disabled", subject: id, ...byOf(change) });
      return true;
    });
  }

  /**
   * Enables a disabled client. Sessions, tokens and API keys that ended stay ended. Returns `false` if it is enabled or does not
   * exist.
   */
  async enable(id: string, change: ClientChange = {}): Promise<boolean> {
    checkOptions("clients.enable()", change, changed);
    return this.#recorded(change, function* (record) {
      if ((yield* enableClient(id)) === undefined) return false;
      yield* record({ type: "client.enabled", subject: id, ...byOf(change) });
      return true;
    });
  }

  /**
   * Replaces the secret of a `client_secret_basic` client; the old secret is refused at once. The tokens of the client stay valid
   * until they expire: if the secret was stolen, disable the client first. Returns `undefined` if there is no such client.
   */
  async replaceSecret(id: string, change: ClientChange = {}): Promise<Redacted<string> | undefined> {
    checkOptions("clients.replaceSecret()", change, changed);
    const shown = newSecret();
    const isReplaced = await this.#recorded(change, function* (record) {
      if (!(yield* setClientSecret(id, secret(hashOfSecret(shown))))) return false;
      yield* record({ type: "client.secret_replaced", subject: id, ...byOf(change) });
      return true;
    });
    return isReplaced ? shown : undefined;
  }

  /**
   * Deletes a client. Its sessions, tokens and API keys end, and so do the keys that were made through it. Returns `false` if it
   * does not exist.
   */
  async delete(id: string, change: ClientChange = {}): Promise<boolean> {
    checkOptions("clients.delete()", change, changed);
    const settings = this.#settings;
    return this.#recorded(change, function* (record) {
      yield* lockClient(id);
      if ((yield* findClient(id)) === undefined) return false;
      yield* endClient(id, "client_deleted", record, settings);
      yield* deleteClient(id);
      yield* record({ type: "client.deleted", subject: id, ...byOf(change) });
      return true;
    });
  }

  #recorded<T>({ requestId }: ClientChange, work: (record: Recorder) => Work<T>): Promise<T> {
    const { audit, database } = this.#settings;
    return audit.recorded(database, requestId === undefined ? {} : { requestId }, work);
  }
}

function byOf({ by }: ClientChange): { readonly by?: string } {
  return by === undefined ? {} : { by };
}

/** The table of clients. */
import { secret, type Secret } from "lockstep";
import type { Jwks } from "lockstep/jwt";
import { isLater, positionColumn } from "../revocation/revocation-log.ts";
import { numberOf, numberOrNone, textOf, textOrNone, textsOf } from "../store/row.ts";
import { all, first, lock, type Row, sql, type Work } from "../store/statement.ts";
import type { Client, ClientAuthentication, ClientGrant } from "./client.ts";

/** A client with its secret's hash and its keys, and the position of the revocation log when it was read. */
export interface ClientRecord extends Client {
  /** The hash of its secret, for `client_secret_basic`. */
  readonly secretHash: Secret<string> | undefined;
  /** Its public keys, for `private_key_jwt`. */
  readonly jwks: Jwks | undefined;
  /** The position of the revocation log, read with the client: the highest `rev` that its tokens may have. */
  readonly position: number;
}

/** A new client to store. */
export interface NewClient extends Omit<Client, "disabledAt"> {
  readonly secretHash: Secret<string> | undefined;
  readonly jwks: Jwks | undefined;
}

const insert = sql(`
  INSERT INTO identity_clients (id, name, authentication, secret_hash, jwks, grants, scopes, introspects, created_by, created_at)
  VALUES (:id, :name, :authentication, :secretHash, :jwks, :grants, :scopes, :introspects, :by, :createdAt)
  ON CONFLICT (id) DO NOTHING
  RETURNING id`);
const find = sql(`SELECT *, ${positionColumn} FROM identity_clients WHERE id = :id`);
const kept = sql(`
  SELECT id FROM identity_clients
  WHERE id = :id AND disabled_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM identity_revocations WHERE kind = 'client' AND key = :id AND ${isLater(":position")})`);
const list = sql("SELECT * FROM identity_clients WHERE id > :after ORDER BY id LIMIT :limit");
const disable = sql("UPDATE identity_clients SET disabled_at = :now WHERE id = :id AND disabled_at IS NULL RETURNING *");
const enable = sql("UPDATE identity_clients SET disabled_at = NULL WHERE id = :id AND disabled_at IS NOT NULL RETURNING *");
const setSecret = sql(`
  UPDATE identity_clients SET secret_hash = :secretHash
  WHERE id = :id AND authentication = 'client_secret_basic'
  RETURNING id`);
const remove = sql("DELETE FROM identity_clients WHERE id = :id RETURNING id");

/**
 * Locks a client until the transaction ends. Two kinds of transactions lock it: those that end everything a client has, and those
 * that begin something through it after a check that took time. So each sees the changes of the other.
 */
export function* lockClient(id: string): Work<void> {
  yield* lock(`client:${id}`);
}

/** Whether a client is enabled and none of its credentials were revoked after the position at which it was read. */
export function* isClientKept(id: string, position: number): Work<boolean> {
  return (yield* first(kept, { id, position })) !== undefined;
}

/** Stores a new client. Returns `false` if the id is taken. */
export function* insertClient(client: NewClient): Work<boolean> {
  const row = yield* first(insert, {
    id: client.id,
    name: client.name,
    authentication: client.authentication,
    secretHash: client.secretHash?.reveal() ?? null,
    jwks: client.jwks === undefined ? null : JSON.stringify(client.jwks),
    grants: JSON.stringify(client.grants),
    scopes: JSON.stringify(client.scopes),
    introspects: client.introspects ? 1 : 0,
    by: client.createdBy ?? null,
    createdAt: client.createdAt,
  });
  return row !== undefined;
}

/** Finds a client by its id, even if it is disabled. */
export function* findClient(id: string): Work<ClientRecord | undefined> {
  const row = yield* first(find, { id });
  return row && toRecord(row);
}

/** Lists clients in the order of their ids, starting after the id `after`. */
export function* listClients({ limit, after = "" }: { readonly limit: number; readonly after?: string }): Work<readonly Client[]> {
  const rows = yield* all(list, { limit, after });
  return rows.map(toClient);
}

/** Disables a client. Returns it, or `undefined` if it is already disabled or does not exist. */
export function* disableClient(id: string, now: number): Work<Client | undefined> {
  const row = yield* first(disable, { id, now });
  return row && toClient(row);
}

/** Enables a client. Returns it, or `undefined` if it is not disabled or does not exist. */
export function* enableClient(id: string): Work<Client | undefined> {
  const row = yield* first(enable, { id });
  return row && toClient(row);
}

/** Replaces the hash of a client's secret. Returns `false` if there is no client that has a secret. */
export function* setClientSecret(id: string, secretHash: Secret<string>): Work<boolean> {
  return (yield* first(setSecret, { id, secretHash: secretHash.reveal() })) !== undefined;
}

/** Deletes a client and its API keys. Returns `false` if it does not exist. */
export function* deleteClient(id: string): Work<boolean> {
  return (yield* first(remove, { id })) !== undefined;
}

function toClient(row: Row): Client {
  return {
    id: textOf(row, "id"),
    name: textOf(row, "name"),
    // Only `insertClient` writes these.
    authentication: textOf(row, "authentication") as ClientAuthentication,
    grants: textsOf(row, "grants") as readonly ClientGrant[],
    scopes: textsOf(row, "scopes"),
    introspects: numberOf(row, "introspects") === 1,
    createdBy: textOrNone(row, "created_by"),
    createdAt: numberOf(row, "created_at"),
    disabledAt: numberOrNone(row, "disabled_at"),
  };
}

function toRecord(row: Row): ClientRecord {
  const [secretHash, jwks] = [textOrNone(row, "secret_hash"), textOrNone(row, "jwks")];
  return {
    ...toClient(row),
    secretHash: secretHash === undefined ? undefined : secret(secretHash),
    // Checked when the client was created.
    jwks: jwks === undefined ? undefined : (JSON.parse(jwks) as Jwks),
    position: numberOf(row, "position"),
  };
}

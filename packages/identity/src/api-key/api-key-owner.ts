/** Reads the owner of a key. The scopes of the owner limit the scopes of the key. */
import type { Account } from "../account-table/account-row.ts";
import { holdAccount } from "../account-table/account-store.ts";
import type { Settings } from "../settings.ts";
import { numberOrNone, textOf, textsOf } from "../store/row.ts";
import { first, lock, type Row, sql, type Work } from "../store/statement.ts";
import type { KeyOwner } from "./api-key.ts";

/** An owner, as stored in the database. */
export type OwnerRecord =
  | { readonly kind: "user"; readonly account: Account }
  | {
      readonly kind: "client";
      readonly id: string;
      readonly name: string;
      readonly scopes: readonly string[];
      readonly disabledAt: number | undefined;
    }
  | { readonly kind: "external"; readonly id: string };

type OwnerSettings = Pick<Settings, "scopes" | "scopesOf" | "scopesOfOwner">;

// An UPDATE that changes nothing locks the row until the transaction ends, on every database. So the number of an owner's keys
// stays as it was counted, and an owner that is being deleted either still exists or is gone.
const lockClientRow = sql(
  "UPDATE identity_clients SET created_at = created_at WHERE id = :id RETURNING id, name, scopes, disabled_at",
);

/** Finds an owner and locks it: no other transaction adds to its keys until this one ends. */
export function* lockOwner(owner: KeyOwner): Work<OwnerRecord | undefined> {
  if ("external" in owner) {
    yield* lock(`api key owner:${owner.external}`);
    return { kind: "external", id: owner.external };
  }
  if ("account" in owner) {
    const account = yield* holdAccount(owner.account);
    return account && { kind: "user", account };
  }
  const row = yield* first(lockClientRow, { id: owner.client });
  return row && toClientOwner(row);
}

/** Reads the owner of a key that belongs to a client. */
export function toClientOwner(row: Row): OwnerRecord {
  return {
    kind: "client",
    id: textOf(row, "id"),
    name: textOf(row, "name"),
    scopes: textsOf(row, "scopes"),
    disabledAt: numberOrNone(row, "disabled_at"),
  };
}

/** Whether every credential of an owner is refused: it is disabled, or the application does not know it any more. */
export function isDisabled(owner: OwnerRecord, settings: OwnerSettings): boolean {
  if (owner.kind === "external") return settings.scopesOfOwner?.(owner.id) === undefined;
  return (owner.kind === "user" ? owner.account.disabledAt : owner.disabledAt) !== undefined;
}

/** Returns the scopes that an owner has now. */
export function scopesOfOwner(owner: OwnerRecord, settings: OwnerSettings): readonly string[] {
  return hadBy(owner, settings).filter((scope) => Object.hasOwn(settings.scopes, scope));
}

function hadBy(owner: OwnerRecord, settings: OwnerSettings): readonly string[] {
  if (owner.kind === "user") return settings.scopesOf(owner.account);
  return owner.kind === "client" ? owner.scopes : (settings.scopesOfOwner?.(owner.id) ?? []);
}

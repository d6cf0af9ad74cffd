/** Checks the keys. The checks only read. */
import { countUnchained } from "../audit/chain.ts";
import { readCheckpoint } from "../audit/chain-verification.ts";
import { currentKey, publishedKeys } from "../issuer/signing-key-plan.ts";
import { openKey } from "../issuer/signing-key-seal.ts";
import { listSigningKeys, type SigningKeyRecord } from "../issuer/signing-key-store.ts";
import { isSealedUnder } from "../secret/seal.ts";
import { type Check, look, ok } from "./check.ts";
import type { Context } from "./command.ts";
import { counted, time } from "./output.ts";
import { statesOf } from "./signing-keys.ts";

/** Checks that IDENTITY_KEY opens the signing keys. */
export const checkSeals: Check = async (context) => {
  const identityKeys = context.keys();
  const keys = publishedKeys(await read(context), Date.now());
  // The error names the key, and what to set.
  for (const key of keys) openKey(key, identityKeys);
  const old = keys.filter(({ sealed }) => !isSealedUnder(sealed, identityKeys.current));
  if (old.length > 0) {
    return look(
      `Run \`lockstep-identity signing-keys reencrypt\`: ${counted(old.length, "signing key")} sealed under the previous key`,
    );
  }
  return ok(
    keys.length === 0 ? "Well-formed; there is no signing key to open yet" : `Opens ${counted(keys.length, "signing key")}`,
  );
};

/** Checks that there is a key to sign with, and names it. */
export const checkKeyRing: Check = async (context) => {
  const [keys, now] = [await read(context), Date.now()];
  const current = currentKey(keys, now);
  if (current === undefined) return look("There is no key to sign with: the service makes one when it starts");
  const states = [...statesOf(keys, now).values()];
  const next = states.filter((state) => state === "next").length;
  return ok(
    `${current.kid} signs until ${time(current.signsUntil) ?? ""}; ${counted(next, "key")} to follow, ${states.length} in all`,
  );
};

const manyEvents = 10_000;

/** Checks that the chain of audit events can go on, and that events are being chained. `audit verify` checks the events. */
export const checkAuditChain: Check = async (context) => {
  const database = await context.database();
  const head = await database.run(readCheckpoint(context.keys()));
  const waiting = await database.run(countUnchained());
  const words = counted(waiting, "event");
  if (waiting >= manyEvents) return look(`Keep the service running, so it chains them: ${words} not chained yet`);
  return ok(head === undefined ? "No event is chained yet" : `Ends at the number ${head.seq}; ${words} to follow`);
};

async function read(context: Context): Promise<readonly SigningKeyRecord[]> {
  return (await context.database()).run(listSigningKeys());
}

/** Commands for the keys that sign access tokens. */
import { rekeyChain } from "../audit/chain.ts";
import { type SigningKeyState, stateOf } from "../issuer/signing-key-plan.ts";
import { listSigningKeys, type SigningKeyRecord } from "../issuer/signing-key-store.ts";
import { SigningKeys } from "../issuer/signing-keys.ts";
import type { Command } from "./command.ts";
import { Failure } from "./failure.ts";
import { counted, table, time } from "./output.ts";
import { changedOrNot } from "./result.ts";

/** `signing-keys …`. */
export const signingKeyCommands: readonly Command[] = [
  {
    name: "signing-keys list",
    summary: "List the keys that sign access tokens, and when each signs",
    run: async (_given, context) => {
      const keys = await (await context.database()).run(listSigningKeys());
      const states = statesOf(keys, Date.now());
      const rows = keys.map((key) => [
        key.kid,
        states.get(key.kid),
        time(key.signsFrom),
        time(key.signsUntil),
        time(key.publishedUntil),
      ]);
      return {
        json: { signingKeys: keys.map((key) => ({ ...shown(key), state: states.get(key.kid) })) },
        text: table(
          ["kid", "state", "signs from", "signs until", "published until"],
          rows,
          "There are no signing keys yet: the service makes one when it starts.",
        ),
      };
    },
  },
  {
    name: "signing-keys retire-compromised",
    summary: "Take a key out of use at once and refuse every token that it signed; another key takes over",
    arguments: ["KID"],
    options: { yes: { about: "Confirm that its tokens are refused" } },
    run: async (given, context) => {
      const kid = given.at(0);
      const settings = await context.settings();
      const keys = await settings.database.run(listSigningKeys());
      if (!keys.some((key) => key.kid === kid))
        throw new Failure("Pass a kid from `lockstep-identity signing-keys list`: there is no such signing key");
      given.confirm("this refuses every token that the key has signed");
      // Check the keys before anything changes: the next signing key is sealed under them.
      context.keys();
      const isRetired = await new SigningKeys(settings).retireCompromised(kid);
      return changedOrNot({ kid }, isRetired, {
        changed: `The signing key ${kid} is out of use.`,
        before: `The signing key ${kid} was out of use already.`,
      });
    },
  },
  {
    name: "signing-keys reencrypt",
    summary:
      "Seal every signing key and the keys of the audit chain under IDENTITY_KEY, including those that are sealed under IDENTITY_KEY_PREVIOUS",
    run: async (_given, context) => {
      const keys = context.keys();
      context.progress("Sealing the signing keys under IDENTITY_KEY");
      const settings = await context.settings();
      const { resealed, of } = await new SigningKeys(settings).reencrypt(keys);
      const auditKeys = await settings.database.transaction(() => rekeyChain(keys, settings.clock()));
      return {
        json: { resealed, of, auditKeys },
        text: `${resealed} of ${of} signing keys and ${counted(auditKeys, "key")} of the audit chain were sealed again; they no longer need the previous IDENTITY_KEY.`,
      };
    },
  },
];

/** Returns the state of each key, by its kid. */
export function statesOf(keys: readonly SigningKeyRecord[], now: number): ReadonlyMap<string, SigningKeyState> {
  return new Map(keys.map((key) => [key.kid, stateOf(key, keys, now)]));
}

function shown({ kid, createdAt, signsFrom, signsUntil, publishedUntil, compromisedAt }: SigningKeyRecord) {
  const times = { createdAt: time(createdAt), signsFrom: time(signsFrom), signsUntil: time(signsUntil) };
  return { kid, ...times, publishedUntil: time(publishedUntil), compromisedAt: time(compromisedAt) };
}

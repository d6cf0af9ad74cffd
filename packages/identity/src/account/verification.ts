/** Confirming an address: the end of a registration, or of a change of address. */
import { findLink } from "./link-store.ts";
import type { AccountServices } from "./account-services.ts";
import { finishAddressChange } from "./address-change.ts";
import { invalidLink } from "./invalid-link.ts";
import { finishRegistration, type LinkUse } from "./registration.ts";

/** What came of a link. */
export interface Verified {
  /** The account's id. */
  readonly id: string;
  /** Whether the account was made just now. */
  readonly isNew: boolean;
}

/**
 * Uses a link that confirms an address.
 *
 * @throws Problem 400 `invalid_link`, 403 `wrong_password`, 429
 */
export async function verifyAddress(use: LinkUse, services: AccountServices): Promise<Verified> {
  const { settings, throttle } = services;
  const counted = await throttle.count("link", { connection: use.connection });
  const link = await settings.database.run(findLink(use.token, settings.clock()));
  if (link === undefined || link.purpose === "reset") invalidLink("unknown", use.connection, settings);
  const isNew = link.purpose === "register";
  const id = isNew ? await finishRegistration(use, link, services) : await finishAddressChange(use, link, services);
  await counted.succeeded();
  return { id, isNew };
}

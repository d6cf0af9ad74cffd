/** Confirms an address: the last step of a registration, or of a change of address. */
import { findLink } from "./link-store.ts";
import type { AccountServices } from "./account-services.ts";
import { finishAddressChange } from "./address-change.ts";
import { invalidLink } from "./invalid-link.ts";
import { finishRegistration, type LinkUse } from "./registration.ts";

/** The account whose address was confirmed. */
export interface Verified {
  /** The account's id. */
  readonly id: string;
  /** Whether this call made the account. */
  readonly isNew: boolean;
}

/**
 * Confirms an address with a link.
 *
 * @throws Problem 400 `invalid_link`, 403 `wrong_password`, 429
 */
export async function verifyAddress(use: LinkUse, services: AccountServices): Promise<Verified> {
  const { settings, throttle } = services;
  const link = await settings.database.run(findLink(use.token, settings.clock()));
  if (link?.purpose !== "register" && link?.purpose !== "change_email") {
    await throttle.failed("link", use.connection);
    invalidLink("unknown", use.connection, settings);
  }
  const isNew = link.purpose === "register";
  const id = isNew ? await finishRegistration(use, link, services) : await finishAddressChange(use, link, services);
  return { id, isNew };
}

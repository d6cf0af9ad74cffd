/** Events about accounts at a provider end more than tokens: the API keys that the account here has made. */
import { findAccountOfSubject } from "../account-table/subject-store.ts";
import { endEverythingOf } from "../lineage/end-account.ts";
import type { ProviderEventWork } from "../provider-event/provider-event-sink.ts";
import type { Settings } from "../settings.ts";

const ending: ReadonlySet<string> = new Set(["account-disabled", "account-purged"]);

/**
 * Ends the sessions and API keys of an account that was disabled or purged at the provider. The account here is not disabled: its
 * tokens are refused, and the provider decides whether there are new ones. Then the application's part runs.
 */
export function accountEvents(settings: Settings, own: ProviderEventWork | undefined): ProviderEventWork {
  return function* (event, record) {
    for (const target of ending.has(event.type) ? event.targets : []) {
      if (target.kind !== "subject") continue;
      const account = yield* findAccountOfSubject({ issuer: target.issuer, kind: "user", subject: target.sub });
      if (account !== undefined) yield* endEverythingOf(account.id, { reason: "account_disabled" }, record, settings);
    }
    if (own !== undefined) yield* own(event, record);
  };
}

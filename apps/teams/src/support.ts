/** Support staff: they may read every organisation, and every read is on record in the events of the organisation. */
import type { AuditEvent } from "lockstep";
import { z } from "zod";
import { changed } from "./event/event.ts";
import { organisations } from "./organisation/organisation.ts";
import { table } from "./store/query.ts";
import type { Store } from "./store/store.ts";

/** The accounts of support staff. */
export const staff = table("staff", z.object({ id: z.uuid(), createdAt: z.iso.datetime() }), "id");

/** Records that support staff reached an organisation, and by which route. */
export async function recordReach(event: AuditEvent, store: Store): Promise<void> {
  if (event.type !== "object.reached") return;
  const org = { id: String(event.ids["path.organisation"]), callerId: event.subjects.join(" ") };
  await store.system(() => changed(org, `support: ${event.route}`, organisations.find(org)));
}

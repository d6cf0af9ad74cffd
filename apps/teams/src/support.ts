/** Support staff: they may read every organisation, and every read is on record in the events of the organisation. */
import type { AuditEvent } from "lockstep";
import { z } from "zod";
import { changed } from "./event/event.ts";
import { organisations } from "./organisation/organisation.ts";
import { row } from "./store/query.ts";
import type { Store } from "./store/store.ts";

const Staff = z.object({ id: z.uuid() });
export const staff = {
  find: row(Staff, "SELECT user_id AS id FROM staff WHERE user_id = :id"),
  insert: row(Staff, "INSERT INTO staff (user_id) VALUES (:id) RETURNING user_id AS id"),
};

/** Records that support staff reached an organisation, and by which route. */
export async function recordReach(event: AuditEvent, store: Store): Promise<void> {
  if (event.type !== "object.reached") return;
  const org = { id: String(event.ids["path.organisation"]), callerId: event.subjects.join(" ") };
  await store.system(() => changed(org, `support: ${event.route}`, organisations.find(org)));
}

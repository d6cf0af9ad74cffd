/** The routes of the suite's API that receive webhooks. */
import { post, type Route } from "../route/route.ts";
import { unchecked } from "../route/unchecked.ts";
import type { Schema } from "../schema/schema.ts";
import { memoryReplays } from "../webhook/memory-replays.ts";
import { standardWebhooks } from "../webhook/standard-webhooks.ts";
import { plainSchema } from "./plain-schema.ts";
import { ranOn } from "./suite-access.ts";
import type { World } from "./world.ts";

/** The secret of the suite's sender. */
export const webhookSecret = "whsec_mRj4W0d5yQpL2cVfXb7nTzKe9uHs3GoA";

const sent: Schema<{ readonly text: string }> = plainSchema({
  type: "object",
  properties: { text: { type: "string" } },
  required: ["text"],
});

/** A webhook whose events are handled once. */
export function webhookRoutes(world: World): Route[] {
  const ran = ranOn(world);
  const event = standardWebhooks({ sender: "suite", secrets: [webhookSecret], payload: sent, replays: memoryReplays() });
  return [
    post(
      "/webhook",
      { deps: { event }, response: unchecked("the suite compares every answer") },
      ({ event: { eventId, payload, body } }) => ran("POST /webhook", { eventId, text: payload.text, bytes: body.length }),
    ),
  ];
}

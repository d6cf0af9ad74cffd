/** The moment when an answer has been sent: the listener is told, and the work that the request left for afterwards starts. */
import { once } from "../callback.ts";
import type { HostResponse } from "../host/host.ts";
import type { Work } from "../outcome/later-work.ts";
import { type RunningRequest, within } from "../whereabouts.ts";
import { Conversation } from "./conversation.ts";
import { inside, type RequestReports } from "./request-reports.ts";

/** Lets the host tell when the answer was sent, if anybody wants to know. */
export function outgoing(response: HostResponse, reports: RequestReports, request: RunningRequest): HostResponse {
  const { later } = reports;
  if (!reports.isHeard && later === undefined) return response;
  reports.noteGone();
  const over = once(() => {
    if (reports.isHeard) reports.answered(response.status);
    later?.answered((work) => inside(reports, () => within(request, perform, reports, work)));
  });
  const { upgrade } = response;
  // A handler may go on after its connection has closed, and decides whether its work is done.
  const sent = upgrade instanceof Conversation ? () => void upgrade.ended.then(over) : over;
  return later === undefined ? { ...response, sent } : { ...response, sent, work: later.ended };
}

const perform = (reports: RequestReports, work: Work): Promise<void> => reports.perform(work);

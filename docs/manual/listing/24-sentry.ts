// #region report
import { captureException } from "@sentry/node";
import type { ErrorListener } from "lockstep";

export const reportToSentry: ErrorListener = (error, { requestId, route, subject }) => {
  captureException(error, { tags: { request_id: requestId, route }, ...(subject !== undefined && { user: { id: subject } }) });
};
// #endregion

// #region init
import { init } from "@sentry/node";

const nothing = {
  cookies: false,
  httpBodies: [],
  httpHeaders: false,
  stackFrameVariables: false,
  urlQueryParams: false,
  userInfo: false,
};

init({
  dsn: process.env["SENTRY_DSN"] ?? "",
  dataCollection: nothing,
  beforeSend: (event) => {
    delete event.request; // its URL has the path, which may hold a secret
    return event;
  },
});
// #endregion

/** Starts Sentry before anything else is loaded, as its manual says (`node --import`). The mode is in the environment. */
import { init, type NodeOptions } from "@sentry/node";

const { SENTRY_DSN: dsn = "", SENTRY_MODE: mode } = process.env;

/** Errors only, with nothing that a client sent. `docs/manual/24-observability.md` shows the same settings. */
const careful: NodeOptions = {
  dataCollection: {
    cookies: false,
    httpBodies: [],
    httpHeaders: false,
    stackFrameVariables: false,
    urlQueryParams: false,
    userInfo: false,
  },
  beforeSend: (event) => {
    delete event.request;
    return event;
  },
};

init(mode === "careful" ? { dsn, ...careful } : { dsn, tracesSampleRate: 1 });

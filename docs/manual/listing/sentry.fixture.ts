/** The process of `24-sentry.test.ts`: one request fails, and Sentry sends its error. */
import { flush } from "@sentry/node";
import { createApi, get, nothing, path } from "lockstep";
import { z } from "zod";
import { reportToSentry } from "./24-sentry.ts";

const token = path("token", z.string(), { identifies: nothing("an invitation, which is a secret") });
const api = createApi({
  title: "Notes",
  version: "1.0.0",
  onError: reportToSentry,
  audit: () => {},
  routes: [
    get("/invitations/:token", { public: "anyone who has the link", deps: { token } }, () => {
      throw new RangeError("no seat is left");
    }),
  ],
});

// Not written here: Sentry sends the lines of code around an error.
const { CANARY: canary = "" } = process.env;
const headers = { "x-request-id": "of-this-test", authorization: `Bearer ${canary}` };
await api.fetch(new Request(`http://localhost/invitations/${canary}?q=${canary}`, { headers }));
process.exitCode = (await flush()) ? 0 : 1;

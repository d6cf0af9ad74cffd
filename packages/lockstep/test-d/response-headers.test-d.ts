/** Headers and cookies of the answer: the names and the values are typed, and what another part writes is refused. */
import { z } from "zod";
import { createApi, depends, type Dependency, get, responseCookie, responseHeaders, type ResponseHeaders } from "lockstep";
import { type Equal, holds, type IsAny, type KnownOf } from "./assert.ts";
import { activeUser, flip } from "./example.ts";

const headers = responseHeaders({
  "X-Total-Count": { description: "How many there are.", schema: z.int() },
  "X-Note": "A remark.",
});
holds<Equal<typeof headers, Dependency<ResponseHeaders<{ readonly "X-Total-Count": number; readonly "X-Note": string }>>>>();
holds<Equal<KnownOf<typeof headers>, never>>();

depends({ headers }, ({ headers }) => {
  holds<Equal<IsAny<typeof headers>, false>>();
  headers.set("X-Total-Count", 1);
  headers.append("X-Note", "a");
  // @ts-expect-error Argument of type '"X-Other"' is not assignable
  headers.set("X-Other", "1");
  // @ts-expect-error Argument of type 'string' is not assignable to parameter of type 'number'
  headers.set("X-Total-Count", "1");
  // @ts-expect-error Argument of type 'number' is not assignable to parameter of type 'string'
  headers.append("X-Note", 1);
});

// @ts-expect-error another part of Lockstep writes this header
responseHeaders({ "Set-Cookie": "A cookie." });
// @ts-expect-error another part of Lockstep writes this header
responseHeaders({ "X-Note": "A remark.", "content-length": "How long it is." });
// @ts-expect-error another part of Lockstep writes this header
responseHeaders({ "X-Request-ID": { description: "The request." } });
// @ts-expect-error a header has a description and a schema
responseHeaders({ "X-Note": { description: "A remark.", mispelt: 1 } });
// @ts-expect-error Property 'description' is missing
responseHeaders({ "X-Note": { schema: z.string() } });
// @ts-expect-error is not assignable to type 'Schema<unknown, HeaderValue>
responseHeaders({ "X-Note": { description: "A remark.", schema: z.object({ a: z.string() }) } });

const cookie = responseCookie({ name: "__Host-seen", maxAgeSeconds: 60, onFailure: "send" });
depends({ cookie }, ({ cookie }) => {
  cookie.set("a");
  cookie.clear();
  // @ts-expect-error Argument of type 'number' is not assignable to parameter of type 'string'
  cookie.set(1);
});
// @ts-expect-error 'value' does not exist
responseCookie({ name: "a", value: "b" });
// @ts-expect-error Type '"none"' is not assignable
responseCookie({ name: "a", sameSite: "none" });

// They protect nothing.
// @ts-expect-error this route is unprotected
get("/a", { deps: { headers, cookie } }, () => 1);
createApi({ title: "t", version: "1", routes: [get("/a", { deps: { activeUser, headers, cookie } }, () => 1)] });
get("/b", { public: flip ? "a" : "b", deps: { headers }, status: 204 }, ({ headers }) => headers.set("X-Note", "a"));

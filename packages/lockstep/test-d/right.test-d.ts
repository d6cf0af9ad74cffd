/** Right programs that the rules once got in the way of, in the form that they have now. */
import { z } from "zod";
import {
  allow,
  anyOf,
  anyScope,
  apiKeyHeader,
  type AnySchema,
  authenticate,
  authorize,
  body,
  del,
  deny,
  type Dependency,
  form,
  get,
  identified,
  nothing,
  type OutputOf,
  owned,
  path,
  post,
  query,
  rawBody,
  sameSecret,
  signedHeader,
  unchecked,
} from "lockstep";
import type { Claims } from "lockstep/jwt";
import { some } from "./assert.ts";
import { activeUser, client, currentUser, db, flip, token, writer } from "./example.ts";

// A webhook whose signature covers a timestamp, of a tenant whose key is chosen by the path.
const signature = apiKeyHeader({ name: "X-Slack-Signature" });
const payload = rawBody({ identifies: nothing("the sender's own event") });
const tenant = path("tenant", z.string(), { identifies: nothing("the tenant whose key verifies") });
const slack = authenticate({ signature, at: signedHeader("X-Slack-Request-Timestamp"), payload, tenant }, ({ signature, tenant }) =>
  sameSecret(signature, "expected") ? { id: tenant } : undefined,
);
post("/hooks/:tenant", { status: 200, deps: { slack, payload } }, ({ slack, payload }) => `${slack.id} ${payload.length}`);

// A principal that is named by `sub`, `_id` or a name.
authenticate({ token }, () => identified(some<Claims>(), some<Claims>()));
authenticate({ token }, () => identified(some<{ readonly _id: string }>(), { sub: "u1" }));
authenticate({ token }, () => ({ id: "u1", name: "Ada" }));

// A cursor that is a UUID, an id that the client made, an e-mail's organization.
get(
  "/notes",
  { deps: { user: activeUser, after: query("afterId", z.uuid().optional(), { identifies: nothing("where the list goes on") }) } },
  () => "",
);
const made = body(z.object({ id: z.uuid(), text: z.string() }), { identifies: { id: nothing("made by the client, for a retry") } });
post("/notes", { status: 200, deps: { user: writer, made } }, ({ made }) => made.id);

// A calendar year, a format, a health check.
const year = path("year", z.int(), { identifies: nothing("a calendar year") });
get(
  "/reports/:year/:format",
  { deps: { user: activeUser, year, format: path("format", z.enum(["csv", "pdf"])) } },
  ({ format }) => format,
);
get("/health", { public: "probe" }, () => "ok");
get("/health", { public: "probe", response: z.object({ status: z.literal("ok") }) }, () => ({ status: "ok" }));

// A decision whose value is not a principal.
const plan = authorize({ user: currentUser }, () => (flip ? allow({ seats: 3 }) : deny("no plan")));
get("/plan", { deps: { plan } }, ({ plan }) => plan.seats);

// An object of one kind of principal, and of the principal's organization.
const id = path("id", z.string());
owned(
  { id, who: anyOf({ user: activeUser, client }), db },
  ({ id, db }) => db.notes.find({ id }),
  (note, { who }) => who.via === "user" && note.ownerId === who.value.id,
);
const org = authorize({ user: currentUser }, ({ user }) => ({ id: `org of ${user.id}` }));
const inOrg = owned(
  { id, org, db },
  ({ id, db }) => db.notes.find({ id }),
  (note) => note.ownerId,
  { owner: "org" },
);
get("/notes/:id", { deps: { inOrg } }, ({ inOrg }) => inOrg.text);
owned(
  { id, user: activeUser },
  () => some<{ readonly ownerId: number }>(),
  (row) => String(row.ownerId),
);

// Scopes that are there for the document only.
del("/session", { deps: { user: anyScope(currentUser, "anyone may sign out") } }, () => undefined);
// Rows as they are, for those who may.
get("/export", { deps: { user: activeUser }, response: unchecked("administrators export whole rows") }, () =>
  some<readonly object[]>(),
);

// A wrapper around an input declares its members and its value.
export const wrapped = <S extends AnySchema>(schema: S): Dependency<OutputOf<S>, "input"> =>
  form(schema, { identifies: nothing("a sign-in form") });

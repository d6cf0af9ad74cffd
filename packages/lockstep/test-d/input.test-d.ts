/** Inputs: their values, and their declarations about identifying an object. */
import { z } from "zod";
import {
  body,
  bodyStream,
  type Connection,
  connection,
  cookie,
  form,
  get,
  header,
  nothing,
  passwordRequestForm,
  path,
  post,
  query,
  rawBody,
  type Redacted,
  type SameSite,
  sameSite,
  type ValueOf,
} from "lockstep";
import { type Equal, holds, type KnownOf } from "./assert.ts";
import { activeUser, flip, writer } from "./example.ts";

// The output of the schema.
const limit = query("limit", z.coerce.number().default(20));
holds<Equal<ValueOf<typeof limit>, number>>();
const draft = query("draft", z.boolean().optional());
holds<Equal<ValueOf<typeof draft>, boolean | undefined>>();
const tags = query("tag", z.array(z.enum(["a", "b"])));
holds<Equal<ValueOf<typeof tags>, ("a" | "b")[]>>();
const language = header(
  "Accept-Language",
  z.string().transform((text) => text.split(",")),
);
holds<Equal<ValueOf<typeof language>, string[]>>();
const theme = cookie("theme", z.literal("dark").optional());
holds<Equal<ValueOf<typeof theme>, "dark" | undefined>>();
const change = body(z.object({ text: z.string(), at: z.iso.datetime().optional() }));
holds<Equal<ValueOf<typeof change>, { text: string; at?: string | undefined }>>();
const login = form(z.object({ name: z.string() }));
holds<Equal<ValueOf<typeof login>, { name: string }>>();
const raw = rawBody({ mediaTypes: ["application/json"] });
holds<Equal<ValueOf<typeof raw>, Uint8Array>>();
const pieces = bodyStream({ mediaTypes: ["image/png"], maxBytes: 1000 });
holds<Equal<ValueOf<typeof pieces>, AsyncIterable<Uint8Array>>>();
const grant = passwordRequestForm();
holds<Equal<ValueOf<typeof grant>["password"], Redacted<string>>>();
const came = connection();
holds<Equal<ValueOf<typeof came>, Connection>>();
holds<Equal<KnownOf<typeof came>, never>>();
const ownSite = sameSite();
holds<Equal<ValueOf<typeof ownSite>, SameSite>>();
holds<Equal<KnownOf<typeof ownSite>, never>>();
post(
  "/sign-in",
  { status: 200, public: "signs in", deps: { came, ownSite, login } },
  ({ came }) => came.address ?? came.userAgent?.length ?? 0,
);
// Neither says who is asking.
// @ts-expect-error add an authenticated dependency or { public: "reason" }
post("/a", { deps: { came, ownSite } }, () => 1);
post("/a", { status: 200, deps: { user: writer, change, limit } }, ({ change, limit }) => `${change.text} ${limit + 1}`);

// The ids, by place and name: every segment, and every member that is named like an id.
const id = path("id", z.uuid());
holds<Equal<KnownOf<typeof id>, "input" | "param:id" | "object-id:path.id">>();
const slug = path("slug", z.string());
holds<Equal<KnownOf<typeof slug>, "input" | "param:slug" | "object-id:path.slug">>();
const said = path("id", z.uuid(), { identifies: "object" });
holds<Equal<KnownOf<typeof said>, KnownOf<typeof id>>>();
const undecided = path("id", z.uuid(), { identifies: flip ? "object" : nothing("a test") });
holds<Equal<KnownOf<typeof undecided>, KnownOf<typeof id>>>();
holds<Equal<KnownOf<typeof limit>, "input">>();
const noteId = query("noteId", z.uuid());
holds<Equal<KnownOf<typeof noteId>, "input" | "object-id:query.noteId">>();
const tenant = header("X-Tenant", z.string());
holds<Equal<KnownOf<typeof tenant>, "input" | "object-id:header.X-Tenant">>();
const cart = cookie("cart", z.string(), { identifies: "object" });
holds<Equal<KnownOf<typeof cart>, "input" | "object-id:cookie.cart">>();
const transfer = body(z.object({ to: z.uuid(), toId: z.uuid() }), { identifies: { to: "object" } });
holds<Equal<KnownOf<typeof transfer>, "input" | "object-id:body.to" | "object-id:body.toId">>();
const filled = form(z.object({ to: z.uuid() }), { identifies: { to: "object" } });
holds<Equal<KnownOf<typeof filled>, "input" | "object-id:form.to">>();
// A body that is one id, or a list of them.
const one = body(z.uuid(), { identifies: "object" });
holds<Equal<KnownOf<typeof one>, "input" | "object-id:body">>();
const several = body(z.array(z.string()), { identifies: "object" });
holds<Equal<KnownOf<typeof several>, "input" | "object-id:body">>();
const inBytes = rawBody({ identifies: "object" });
holds<Equal<KnownOf<typeof inBytes>, "object-id:rawBody">>();
const inPieces = bodyStream({ identifies: "object" });
holds<Equal<KnownOf<typeof inPieces>, "input" | "object-id:bodyStream">>();
// @ts-expect-error check bodyStream() with owned(), permitted() or unowned()
post("/a", { deps: { user: writer, inPieces } }, () => 1);

// Members of bodies and forms, however deep; an array's items have the path of the array.
const order = body(
  z.object({
    customerId: z.string().nullable(),
    tagIds: z.array(z.string()).optional(),
    items: z.array(z.object({ productId: z.number(), count: z.int() })),
    ship: z.object({ to: z.object({ org: z.string() }) }).optional(),
    note: z.string(),
  }),
);
holds<
  Equal<
    KnownOf<typeof order>,
    | "input"
    | "object-id:body.customerId"
    | "object-id:body.tagIds"
    | "object-id:body.items.productId"
    | "object-id:body.ship.to.org"
  >
>();
// Of each member of a union, and of what the schema makes of it.
const event = body(
  z.discriminatedUnion("type", [
    z.object({ type: z.literal("a"), userId: z.string() }),
    z.object({ type: z.literal("b"), teamId: z.string() }),
  ]),
);
holds<Equal<Extract<KnownOf<typeof event>, `object-id:${string}`>, "object-id:body.userId" | "object-id:body.teamId">>();
const branded = body(z.object({ noteId: z.string().brand("NoteId") }));
holds<Equal<Extract<KnownOf<typeof branded>, `object-id:${string}`>, "object-id:body.noteId">>();
// One of a few values, a boolean and a moment name no object.
const choice = body(
  z.object({
    owner: z.enum(["me", "all"]),
    id: z.literal(1),
    isOwner: z.boolean(),
    member: z.boolean(),
    orgId: z.null(),
    userId: z.date(),
  }),
);
holds<Equal<KnownOf<typeof choice>, "input">>();
const mine = query("owner", z.enum(["me", "all"]).default("me"));
holds<Equal<KnownOf<typeof mine>, "input">>();
const format = path("format", z.enum(["csv", "json"]));
holds<Equal<KnownOf<typeof format>, "input" | "param:format">>();

// Names that say id, wherever they stand: a parameter of each place that takes it.
type IdOf<N extends string> = KnownOf<ReturnType<typeof query<N, z.ZodString>>>;
type Named =
  | "id"
  | "ids"
  | "ID"
  | "noteId"
  | "noteIds"
  | "noteID"
  | "noteIDs"
  | "note_id"
  | "note_ids"
  | "note-id"
  | "uuid"
  | "guid"
  | "noteUuid"
  | "noteGuid"
  | "note_uuid"
  | "owner"
  | "user"
  | "account"
  | "tenant"
  | "org"
  | "organization"
  | "workspace"
  | "team"
  | "customer"
  | "member"
  | "X-Org-Id"
  | "X-OrgId"
  | "X-Account-ID"
  | "X-Tenant"
  | "X-Org"
  | "X-Organization"
  | "X-User"
  | "x-user";
holds<Equal<{ [N in Named]: IdOf<N> }, { [N in Named]: "input" | `object-id:query.${N}` }>>();
// Names that only end alike.
type Other = "grid" | "paid" | "void" | "android" | "idea" | "users" | "ownership" | "username" | "valid" | "X-Grid" | "limit";
holds<Equal<{ [N in Other]: IdOf<N> }, { [N in Other]: "input" }>>();

// @ts-expect-error "objekt"
path("id", z.uuid(), { identifies: "objekt" });
// @ts-expect-error "none"
query("id", z.uuid(), { identifies: "none" });
// @ts-expect-error 'identify' does not exist
body(z.object({}), { identify: "object" });
// @ts-expect-error 'parse' does not exist in type 'Schema
query("limit", { parse: (text: string) => Number(text) });
// @ts-expect-error Property 'limit' does not exist
get("/a", { deps: { user: activeUser, max: limit } }, ({ limit }) => limit);

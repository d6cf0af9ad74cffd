/** Inputs: what they give, and what they may say about identifying an object. */
import { z } from "zod";
import {
  body,
  type Connection,
  connection,
  cookie,
  form,
  get,
  header,
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
import { activeUser, flip } from "./example.ts";

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
const grant = passwordRequestForm();
holds<Equal<ValueOf<typeof grant>["password"], Redacted<string>>>();
const came = connection();
holds<Equal<ValueOf<typeof came>, Connection>>();
holds<Equal<KnownOf<typeof came>, never>>();
const ownSite = sameSite();
holds<Equal<ValueOf<typeof ownSite>, SameSite>>();
holds<Equal<KnownOf<typeof ownSite>, never>>();
post("/sign-in", { public: "signs in", deps: { came, ownSite, login } }, ({ came }) => came.address ?? came.userAgent?.length ?? 0);
// Neither says who is asking.
// @ts-expect-error Unprotected route
post("/a", { deps: { came, ownSite } }, () => 1);
post("/a", { deps: { user: activeUser, change, limit } }, ({ change, limit }) => ({ text: change.text, limit: limit + 1 }));

// What they identify, by name.
const id = path("id", z.uuid());
holds<Equal<KnownOf<typeof id>, "param:id" | "object-id:id">>();
const year = path("year", z.int(), { identifies: "nothing" });
holds<Equal<KnownOf<typeof year>, "param:year">>();
const said = path("id", z.uuid(), { identifies: "object" });
holds<Equal<KnownOf<typeof said>, "param:id" | "object-id:id">>();
const undecided = path("id", z.uuid(), { identifies: flip ? "object" : "nothing" });
holds<Equal<KnownOf<typeof undecided>, "param:id" | "object-id:id">>();
holds<Equal<KnownOf<typeof limit>, never>>();
const noteId = query("noteId", z.uuid(), { identifies: "object" });
holds<Equal<KnownOf<typeof noteId>, "object-id:noteId">>();
const tenant = header("X-Tenant", z.string(), { identifies: "object" });
holds<Equal<KnownOf<typeof tenant>, "object-id:X-Tenant">>();
const cart = cookie("cart", z.string(), { identifies: "object" });
holds<Equal<KnownOf<typeof cart>, "object-id:cart">>();
const transfer = body(z.object({ to: z.uuid() }), { identifies: "object" });
holds<Equal<KnownOf<typeof transfer>, "object-id:body">>();
const filled = form(z.object({ to: z.uuid() }), { identifies: "object" });
holds<Equal<KnownOf<typeof filled>, "object-id:form">>();

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

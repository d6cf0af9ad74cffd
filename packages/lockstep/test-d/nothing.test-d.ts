/**
 * `nothing("reason")`: an input whose name says id, or a segment, that identifies no object. Bodies and forms say it by member.
 */
import { z } from "zod";
import {
  body,
  bodyStream,
  cookie,
  form,
  get,
  header,
  nothing,
  type Nothing,
  path,
  post,
  query,
  rawBody,
  type ValueOf,
} from "lockstep";
import { type Equal, holds, type IsAny, type KnownOf, some } from "./assert.ts";
import { flip, client } from "./example.ts";

const reason = nothing("where the list goes on");
holds<Equal<typeof reason, Nothing>>();
holds<Equal<IsAny<typeof reason>, false>>();
holds<Equal<Nothing["reason"], string>>();

// Of one input.
const year = path("year", z.int(), { identifies: nothing("a calendar year") });
holds<Equal<KnownOf<typeof year>, "param:year" | "segment">>();
const cursor = query("cursorId", z.uuid().optional(), { identifies: reason });
holds<Equal<KnownOf<typeof cursor>, "input">>();
const trace = header("X-Request-Id", z.string(), { identifies: nothing("a trace") });
holds<Equal<KnownOf<typeof trace>, "input">>();
const device = cookie("deviceId", z.string(), { identifies: nothing("a browser, not an object") });
holds<Equal<KnownOf<typeof device>, "input">>();
const bytes = rawBody({ identifies: nothing("an image") });
holds<Equal<KnownOf<typeof bytes>, never>>();
const pieces = bodyStream({ identifies: nothing("a recording") });
holds<Equal<KnownOf<typeof pieces>, "input">>();
post("/recordings", { status: 200, deps: { client, pieces } }, async ({ pieces }) => {
  for await (const piece of pieces) return piece.length;
  return 0;
});
get("/reports/:year", { deps: { client, year, cursor, trace, device } }, ({ year }) => year + 1);
post("/images", { status: 200, deps: { client, bytes } }, ({ bytes }) => bytes.length);

// Of members, by their paths; the others stay ids.
const Order = z.object({
  id: z.uuid(),
  items: z.array(z.object({ productId: z.string(), count: z.int() })),
  delivery: z.object({ to: z.string() }),
});
const made = body(Order, { identifies: { id: nothing("made by the client, for a retry") } });
holds<Equal<KnownOf<typeof made>, "input" | "object-id:body.items.productId">>();
const both = body(Order, { identifies: { id: nothing("made by the client"), "items.productId": nothing("a text") } });
holds<Equal<KnownOf<typeof both>, "input">>();
const all = body(Order, { identifies: nothing("an order of the sender's own system") });
holds<Equal<KnownOf<typeof all>, "input">>();
const more = form(Order, { identifies: { id: nothing("made by the client"), "delivery.to": "object" } });
holds<Equal<KnownOf<typeof more>, "input" | "object-id:form.items.productId" | "object-id:form.delivery.to">>();
post("/orders", { status: 200, deps: { client, both } }, ({ both }) => both.id);
holds<Equal<ValueOf<typeof both>["delivery"], { to: string }>>();

// Said in one case only it clears nothing.
const undecided = query("noteId", z.uuid(), { identifies: flip ? nothing("a cursor") : "object" });
holds<Equal<KnownOf<typeof undecided>, "input" | "object-id:query.noteId">>();
const perhaps = body(Order, { identifies: flip ? { id: nothing("made by the client") } : {} });
holds<Equal<Extract<KnownOf<typeof perhaps>, "object-id:body.id">, "object-id:body.id">>();
const either = body(Order, { identifies: { id: flip ? nothing("made by the client") : "object" } });
holds<Equal<Extract<KnownOf<typeof either>, "object-id:body.id">, "object-id:body.id">>();
const unread = body(Order, { identifies: some<Readonly<Record<string, Nothing>>>() });
holds<Equal<Extract<KnownOf<typeof unread>, "object-id:body.id">, "object-id:body.id">>();
// @ts-expect-error check query("noteId") with owned(), permitted() or unowned()
get("/a", { deps: { client, undecided } }, () => 1);
// @ts-expect-error check "items.productId" of body() with owned(), permitted() or unowned()
post("/orders", { deps: { client, made } }, ({ made }) => made.id);

// With a reason, and made by nothing().
// @ts-expect-error say why in a few words: the reason is shown in the document
nothing("");
// @ts-expect-error say why in a few words: the reason is shown in the document
nothing(flip ? "" : "a cursor");
// @ts-expect-error Expected 1 arguments, but got 0
nothing();
// @ts-expect-error Type '"nothing"' is not assignable to type 'Identifies | undefined'
path("id", z.string(), { identifies: "nothing" });
// @ts-expect-error is not assignable to type 'Identifies | undefined'
query("ownerId", z.string(), { identifies: { reason: "the caller's own" } });
// @ts-expect-error is not assignable to type
body(Order, { identifies: "nothing" });
// @ts-expect-error Type '"nothing"' is not assignable to type 'Identifies'
body(Order, { identifies: { id: "nothing" } });
// @ts-expect-error is not assignable
rawBody({ identifies: "nothing" });
// A whole record is not an id: its members are.
// @ts-expect-error say which members are ids: { identifies: { noteId: "object" } }
body(Order, { identifies: "object" });
// @ts-expect-error say which members are ids
form(Order, { identifies: "object" });

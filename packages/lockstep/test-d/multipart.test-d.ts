/** Uploads: what the handler is given, and ids in their fields. */
import { z } from "zod";
import { nothing, owned, post, type ValueOf } from "lockstep";
import { multipart, type Upload, type UploadedFile } from "lockstep/multipart";
import { type Equal, holds, type IsAny, type KnownOf } from "./assert.ts";
import { activeUser, writer } from "./example.ts";

const avatar = { mediaTypes: ["image/png"], maxBytes: 1_000_000 };
const plans = { mediaTypes: ["application/pdf"], maxBytes: 5_000_000, maxCount: 10, optional: true };

// The fields have the type of their schema, and the files the names of their declaration.
const profile = multipart({ fields: z.object({ title: z.string(), size: z.int().default(1) }), files: { avatar, plans } });
type Profile = ValueOf<typeof profile>;
holds<Equal<IsAny<Profile>, false>>();
holds<Equal<Profile, Upload<{ title: string; size: number }, "avatar" | "plans">>>();
holds<Equal<Profile["files"], AsyncIterable<UploadedFile<"avatar" | "plans">>>>();
holds<Equal<KnownOf<typeof profile>, "input">>();
const bare = multipart({ files: { avatar } });
holds<Equal<keyof ValueOf<typeof bare>["fields"], never>>();
holds<Equal<KnownOf<typeof bare>, "input">>();

post("/profile", { status: 200, deps: { user: writer, profile } }, async ({ profile }) => {
  for await (const file of profile.files) {
    if (file.field === "avatar")
      return `${profile.fields.title} ${file.name ?? "unnamed"} ${file.type} ${(await file.bytes()).length}`;
    // @ts-expect-error This comparison appears to be unintentional
    if (file.field === "avatr") return "";
    for await (const piece of file.stream) return String(piece.length);
  }
  return "none";
});
post("/avatar", { status: 200, deps: { user: writer, bare } }, async ({ bare }) => {
  // @ts-expect-error Property 'title' does not exist
  return bare.fields.title;
});

// A field that is named like an id names an object.
const plan = multipart({ fields: z.object({ projectId: z.string(), note: z.string() }), files: { plans } });
holds<Equal<KnownOf<typeof plan>, "input" | "object-id:multipart.projectId">>();
// @ts-expect-error check "projectId" of multipart() with owned(), permitted() or unowned()
post("/plans", { status: 200, deps: { user: writer, plan } }, () => 1);
const project = owned(
  { plan, user: activeUser },
  ({ plan }) => ({ id: plan.fields.projectId, ownerId: "u1" }),
  (found) => found.ownerId,
);
post("/plans", { status: 200, deps: { user: writer, project, plan } }, ({ project }) => project.id);
const other = owned(
  { plan: multipart({ fields: z.object({ teamId: z.string() }), files: {} }), user: activeUser },
  () => ({ ownerId: "u1" }),
  (found) => found.ownerId,
);
// @ts-expect-error check "projectId" of multipart() with owned(), permitted() or unowned()
post("/plans", { status: 200, deps: { user: writer, other, plan } }, () => 1);

// What names and formats do not say is said.
const said = multipart({
  fields: z.object({ note: z.string(), cursorId: z.string() }),
  files: { plans },
  identifies: { note: "object" },
});
holds<Equal<KnownOf<typeof said>, "input" | "object-id:multipart.note" | "object-id:multipart.cursorId">>();
const unsaid = multipart({
  fields: z.object({ cursorId: z.string() }),
  files: { plans },
  identifies: { cursorId: nothing("a position in the caller's own list") },
});
holds<Equal<KnownOf<typeof unsaid>, "input">>();
post("/plans", { status: 200, deps: { user: writer, unsaid } }, ({ unsaid }) => unsaid.fields.cursorId);

// @ts-expect-error say which members are ids: { identifies: { noteId: "object" } }
multipart({ fields: z.object({ id: z.string() }), files: { plans }, identifies: "object" });
// @ts-expect-error 'mispelt' does not exist
multipart({ fields: z.object({}), files: { plans }, mispelt: 1 });
// @ts-expect-error 'mispelt' does not exist
multipart({ files: { avatar: { mediaTypes: ["image/png"], maxBytes: 1, mispelt: 1 } } });
// @ts-expect-error Property 'maxBytes' is missing
multipart({ files: { avatar: { mediaTypes: ["image/png"] } } });
// @ts-expect-error Property 'mediaTypes' is missing
multipart({ files: { avatar: { maxBytes: 1 } } });

/** Attachments of a task. Their bytes are stored in pieces, so neither an upload nor a download is ever in memory as a whole. */
import { type ByteRange, file, notFound } from "lockstep";
import { multipart } from "lockstep/multipart";
import { z } from "zod";
import type { Access } from "../access.ts";
import { made, removing } from "../event/event.ts";
import { columns, created, named, row, rows, table, text } from "../store/query.ts";
import type { Store, Transact } from "../store/store.ts";

/** None of these types runs in a browser. A picture or a PDF must also begin as one. */
const mediaTypes = ["image/png", "image/jpeg", "application/pdf", "text/plain", "application/octet-stream"] as const;
const [maxBytes, pieceBytes, dayMs] = [10 * 1024 * 1024, 64 * 1024, 24 * 3600 * 1000];

const Upload = z.object({ ...columns, taskId: z.uuid(), name: text(255), type: z.enum(mediaTypes) });
const Attachment = named("Attachment", { ...Upload.shape, size: z.int() });
const Piece = z.object({ organisationId: z.uuid(), attachmentId: z.uuid(), start: z.int(), bytes: z.instanceof(Uint8Array) });

/** Until all of its pieces are stored, an attachment has no size, and nobody finds it. */
export const attachments = {
  ...table("attachments", Attachment),
  start: table("attachments", Upload).insert,
  find: row(Attachment)`SELECT * FROM attachments WHERE id = :id AND size IS NOT NULL`,
  list: rows(Attachment)`SELECT * FROM attachments WHERE task_id = :id AND size IS NOT NULL ORDER BY created_at, id`,
  removeUnfinished: rows(Upload)`DELETE FROM attachments WHERE size IS NULL AND created_at < :before RETURNING *`,
};
export const pieces = {
  insert: table("pieces", Piece).insert,
  at: row(Piece)`SELECT * FROM pieces WHERE attachment_id = :id AND start <= :at ORDER BY start DESC LIMIT 1`,
};

const upload = multipart({ files: { file: { mediaTypes, maxBytes } } });
export const attachmentRoutes = ({ taskViewer, taskMember, attachment }: Access) => [
  taskViewer.get("/attachments", { response: z.array(Attachment) }, ({ db, task }) => db(() => attachments.list(task))),
  taskMember.post("/attachments", { deps: { upload }, ...created(Attachment) }, async ({ change, db, org, task, upload }) => {
    const row = { ...made(), organisationId: org.id, taskId: task.id };
    let whole = { ...row, name: "", type: "", size: 0 };
    for await (const sent of upload.files) {
      whole = { ...whole, name: sent.name ?? "file", type: sent.type };
      await db(() => attachments.start(whole));
      for await (const bytes of sent.pieces(pieceBytes)) {
        await db(() => pieces.insert({ ...row, attachmentId: row.id, start: whole.size, bytes }));
        whole.size += bytes.length;
      }
    }
    return change("attachment.created", () => attachments.update(whole));
  }),
  taskViewer.get("/attachments/:attachment", { deps: { attachment }, response: file(mediaTypes) }, ({ db, attachment }) => {
    const { id, name, type, size, createdAt } = attachment;
    return { name, type, size, etag: id, modifiedAt: new Date(createdAt), open: (range) => piecesOf(id, range, db) };
  }),
  taskMember.del("/attachments/:attachment", { deps: { it: attachment }, status: 204 }, removing("attachment", attachments)),
];

/** Reads a part of an attachment. Each piece is read in a transaction of its own. */
async function* piecesOf(id: string, { start, end }: ByteRange, db: Transact): AsyncGenerator<Uint8Array> {
  for (let at = start; at <= end;) {
    const { bytes, start } = (await db(() => pieces.at({ id, at }))) ?? notFound();
    yield bytes.subarray(at - start, end + 1 - start);
    at = start + bytes.length;
  }
}

/** Removes what is left of uploads that broke off. */
export const removeUnfinished = ({ store }: { readonly store: Store }, clock = Date.now) =>
  store.system(() => attachments.removeUnfinished({ before: new Date(clock() - dayMs).toISOString() }));

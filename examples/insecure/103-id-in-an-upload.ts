// fails: compile — check "invoiceId" of multipart() with owned(), permitted() or unowned()
/**
 * An id in a field of an upload. The scan is stored with the invoice that the form names, also if it is somebody else's.
 */
import { z } from "zod";
import { post } from "lockstep";
import { multipart } from "lockstep/multipart";
import { writer } from "./secure.ts";

const scans = new Map<string, Uint8Array>();
const upload = multipart({
  fields: z.object({ invoiceId: z.string() }),
  files: { scan: { mediaTypes: ["application/pdf"], maxBytes: 1_000_000 } },
});

export const route = post("/scans", { deps: { user: writer, upload } }, async ({ upload }) => {
  for await (const file of upload.files) scans.set(upload.fields.invoiceId, await file.bytes());
});

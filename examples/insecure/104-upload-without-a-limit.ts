// fails: compile — Property 'maxBytes' is missing
/**
 * An upload without a limit. One request fills the disk. Each file of a form has a largest size and its types.
 */
import { post } from "lockstep";
import { multipart } from "lockstep/multipart";
import { writer } from "./secure.ts";

const upload = multipart({ files: { scan: { mediaTypes: ["application/pdf"] } } });

export const route = post("/scans", { deps: { user: writer, upload } }, async ({ upload }) => {
  for await (const file of upload.files) await file.bytes();
});

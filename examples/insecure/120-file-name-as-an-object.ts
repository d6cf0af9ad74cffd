// open: adversary — the name of an uploaded file is text for people to read; no type says that a handler looks it up
/**
 * The name of a file, taken for an object. A scan is called `i1.png`, so it belongs to the invoice `i1`.
 */
import { post } from "lockstep";
import { multipart } from "lockstep/multipart";
import { invoices, InvoiceView } from "./secure.ts";
import { caller, serve } from "./served.ts";

const upload = multipart({ files: { scan: { mediaTypes: ["text/plain"], maxBytes: 1000 } } });
const served = serve(
  post("/scans", { deps: { user: caller, upload }, response: InvoiceView.optional() }, async ({ upload }) => {
    for await (const { name = "" } of upload.files) return invoices.get(name.replace(".txt", ""));
    return undefined;
  }),
);
const body = new FormData();
body.append("scan", new File(["paid"], "i1.txt", { type: "text/plain" }));
const request = new Request("http://localhost/scans", { method: "POST", headers: { authorization: "Bearer eve" }, body });

export const wrong = { ...served, request };

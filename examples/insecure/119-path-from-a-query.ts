// open: adversary — a name of a file is text, and so is a way out of its folder; only the code that opens it joins the two
/**
 * A path of a file from the query. `../` leads out of the caller's folder.
 */
import { posix } from "node:path";
import { z } from "zod";
import { file, get, query } from "lockstep";
import { ask, caller, serve } from "./served.ts";

const disk = new Map([
  ["/u1/total.txt", "120"],
  ["/u2/total.txt", "80"],
]);
const name = query("name", z.string());
const download = get("/files", { deps: { user: caller, name }, response: file("text/plain") }, ({ user, name }) => ({
  bytes: new TextEncoder().encode(disk.get(posix.join("/", user.id, name))),
}));

export const wrong = ask(serve(download), "GET /files?name=../u1/total.txt", { as: "eve" });

/** What an application exports: a declaration file can name all of it (`declaration.test.ts`). */
import { z } from "zod";
import {
  anyOf,
  anyScope,
  type Authenticated,
  body,
  depends,
  firstOf,
  form,
  get,
  group,
  nothing,
  optional,
  query,
  resource,
  scopes,
  unchecked,
  unowned,
} from "lockstep";
import { activeUser, anyNote, client, currentUser, id, ownNote, role, type User } from "./example.ts";

export * as example from "./example.ts";
export const admin = role.require("admin");
export const caller = anyOf({ user: activeUser, client });
export const maybe = optional(currentUser);
export const writer = scopes(activeUser, "notes:write");
export const shown = unowned("published", { id }, () => ({ text: "" }));
export const page = depends({ limit: query("limit", z.int()), user: currentUser }, (values) => values);
export const transaction = resource({ ownNote }, function* ({ ownNote }) {
  yield ownNote.text;
});
export const change = body(z.object({ text: z.string(), noteId: z.string() }), { identifies: { text: "object" } });
export const order = body(z.object({ id: z.uuid() }), { identifies: { id: nothing("made by the client") } });
export const note = firstOf({ own: ownNote, any: anyNote });
export const unasked = anyScope(activeUser, "scopes are about notes");
export const everything = unchecked("administrators export whole rows");
export const someone: Authenticated<User> = activeUser;
export const login = form(z.object({ name: z.string() }));
export const v1 = group({ prefix: "/v1", deps: { client, caller } });
export const route = get("/notes/:id", { deps: { note: ownNote } }, ({ note }) => note.text);
export const routes = [route, v1.get("/data", {}, ({ client }) => client.name)];

/** What an application exports: a declaration file can name all of it (`declaration.test.ts`). */
import { z } from "zod";
import { anyOf, body, depends, form, get, group, optional, query, resource, scopes, unowned } from "lockstep";
import { activeUser, client, currentUser, id, ownNote, role } from "./example.ts";

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
export const change = body(z.object({ text: z.string() }), { identifies: "object" });
export const login = form(z.object({ name: z.string() }));
export const v1 = group({ prefix: "/v1", deps: { client, caller } });
export const route = get("/notes/:id", { deps: { note: ownNote } }, ({ note }) => note.text);
export const routes = [route, v1.get("/data", {}, ({ client }) => client.name)];

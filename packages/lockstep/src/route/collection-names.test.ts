import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { owned } from "../access/owned.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { depends } from "../dependency/depends.ts";
import { entriesOf } from "../dependency/node.ts";
import { body } from "../input/body.ts";
import { cookie } from "../input/cookie.ts";
import { header } from "../input/header.ts";
import { nothing } from "../input/nothing.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { httpBearer } from "../scheme/http-bearer.ts";
import { createApi } from "./api.ts";
import { get, type HttpMethod, type Route } from "./route.ts";

const user = authenticate({ token: httpBearer() }, () => ({ id: "1" }));
const { definition } = get("/", { public: "a template for the routes below" }, () => undefined);

/** An API with one collection and, elsewhere, a route that reads an input. */
function starts(collection: string, input: AnyDependency, method: HttpMethod = "GET"): void {
  const item = owned(
    { id: path("id", z.string()), user },
    () => ({ ownerId: "1" }),
    ({ ownerId }) => ownerId,
  );
  const routes: Route[] = [
    {
      method: "GET",
      template: `${collection}/:id`,
      definition: { ...definition, public: undefined, entries: entriesOf("a test", { item }) },
    },
    { method, template: "/search", definition: { ...definition, entries: entriesOf("a test", { input }) } },
  ];
  createApi({ title: "t", version: "1", audit: () => {}, routes });
}

const text = z.string();
const asked = { code: "ambiguous_input" };

test("a parameter that is named like a collection is asked about", () => {
  assert.throws(() => starts("/notes", query("note", text)), {
    ...asked,
    message:
      'GET /search: say whether query("note") identifies one of /notes, with { identifies: "object" } or { identifies: nothing("what it is instead") }',
  });
});

test("the name of the collection is recognised in every place and spelling", () => {
  const inputs: readonly (readonly [collection: string, input: AnyDependency])[] = [
    ["/notes", query("notes", text)],
    ["/notes", query("noteRef", text)],
    ["/notes", query("note_key", text)],
    ["/notes", query("noteSlug", text.optional())],
    ["/notes", query("note", z.array(text))],
    ["/notes", query("note", z.int())],
    ["/notes", header("X-Note", text)],
    ["/notes", header("x-note-ref", text)],
    ["/notes", cookie("note", text)],
    ["/v1/notes", query("note", text)],
    ["/service-accounts", query("serviceAccount", text)],
    ["/service-accounts", query("service_account_name", text)],
    ["/serviceAccounts", header("X-Service-Account-Ref", text)],
    ["/categories", query("category", text)],
    ["/boxes", query("box", text)],
    ["/addresses", query("address", text)],
    ["/news", query("news", text)],
  ];
  for (const [collection, input] of inputs) {
    const { name } = "input" in input["~dep"] ? input["~dep"].input : { name: "" };
    assert.throws(() => starts(collection, input), asked, `${name} beside ${collection}/:id`);
  }
});

test("it is found below other dependencies, and below the guard of the API", () => {
  assert.throws(
    () =>
      starts(
        "/notes",
        depends({ note: query("note", text) }, () => 1),
      ),
    asked,
  );
});

test("an input that says what it is, or can name nothing, is not asked about", () => {
  starts("/notes", query("note", text, { identifies: nothing("a word in the text") }));
  starts("/notes", query("note", z.enum(["short", "long"])));
  starts("/notes", query("note", z.literal("all")));
  starts("/notes", query("note", z.boolean()));
});

test("a parameter said to identify an object is checked like every other", () => {
  assert.throws(() => starts("/notes", query("note", text, { identifies: "object" })), { code: "unchecked_object" });
});

test("other names are not asked about", () => {
  for (const name of ["text", "noted", "notebook", "keynote", "noteCount", "order"]) starts("/notes", query(name, text));
  // Without a parameter behind it a segment is no collection.
  const open = { public: "a test" } as const;
  const routes = [get("/notes", open, () => 1), get("/search", { ...open, deps: { note: query("note", text) } }, () => 1)];
  createApi({ title: "t", version: "1", audit: () => {}, routes });
});

test("members of a body are judged by their own names", () => {
  starts("/notes", body(z.object({ note: text })), "POST");
  assert.throws(() => starts("/notes", body(z.object({ noteId: text })), "POST"), { code: "unchecked_object" });
});

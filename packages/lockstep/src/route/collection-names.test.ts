import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { unowned } from "../access/unowned.ts";
import type { AnyDependency, Dependency } from "../dependency/dependency.ts";
import { body } from "../input/body.ts";
import { cookie } from "../input/cookie.ts";
import { form } from "../input/form.ts";
import { header } from "../input/header.ts";
import { nothing } from "../input/nothing.ts";
import { path } from "../input/path.ts";
import { query } from "../input/query.ts";
import { createApi } from "../api/api.ts";
import { get, post } from "./route.ts";

const open = { public: "a test" } as const;
const text = z.string();
const published = unowned("a test", { id: path("id", text) }, () => ({ a: 1 }));

/**
 * Starts an API with `/notes/:id` and `/service-accounts/:id`, and an input beside them. Returns the message, or that it starts.
 */
function start(given: AnyDependency): string {
  // Its facts are what start-up reads; the compiler would see them all.
  const input = given as Dependency<unknown>;
  const declare = input["~dep"].kind === "input" && ["body", "form"].includes(input["~dep"].input.kind) ? post : get;
  try {
    createApi({
      title: "t",
      version: "1",
      routes: [
        get("/notes/:id", { ...open, deps: { note: published } }, () => 1),
        get("/service-accounts/:id", { ...open, deps: { account: published } }, () => 1),
        declare("/list", { ...open, status: 200, deps: { input } }, () => 1),
      ],
    });
    return "starts";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test("a parameter of the head that is named like an object of the API is asked about", () => {
  for (const name of ["note", "notes", "noteRef", "note_ref", "noteKey", "noteid", "noteSlug", "Note"])
    assert.match(start(query(name, text)), /say whether query\(".*"\) identifies one of \/notes/, name);
  for (const name of ["X-Note", "x-note-ref", "Note"]) assert.match(start(header(name, text)), /identifies one of \/notes/, name);
  assert.match(start(cookie("note", text)), /identifies one of \/notes/);
  for (const name of ["serviceAccount", "service_account_key", "serviceAccountKey"])
    assert.match(start(query(name, text)), /identifies one of \/service-accounts/, name);
  assert.match(start(query("note", z.array(text))), /identifies one of \/notes/);
});

test("a member of a body or a form is asked about if it refers to one", () => {
  assert.match(start(body(z.object({ noteRef: text }))), /say whether "noteRef" of body\(\) identifies one of \/notes/);
  assert.match(start(body(z.object({ items: z.array(z.object({ noteid: text })) }))), /"items.noteid" of body\(\)/);
  assert.match(start(form(z.object({ note_ref: text }))), /"note_ref" of form\(\)/);
});

test("it starts once the input says what it is", () => {
  assert.equal(start(query("note", text, { identifies: nothing("a remark") })), "starts");
  assert.equal(start(body(z.object({ noteRef: text }), { identifies: { noteRef: nothing("a footnote") } })), "starts");
  assert.equal(start(body(z.object({ noteRef: text }), { identifies: nothing("a footnote") })), "starts");
});

test("nothing is asked about other names, about a few values, about text in a body", () => {
  for (const name of ["q", "sort", "notebook", "text", "keynote", "after"]) assert.equal(start(query(name, text)), "starts", name);
  assert.equal(start(query("note", z.enum(["with", "without"]))), "starts");
  assert.equal(start(query("notes", z.boolean())), "starts");
  assert.equal(start(body(z.object({ note: text, notes: z.array(text) }))), "starts");
});

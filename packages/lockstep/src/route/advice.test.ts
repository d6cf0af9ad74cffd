import assert from "node:assert/strict";
import { test } from "node:test";
import { type InputOf, inputOf } from "./advice.ts";

/** Both twins at once: the value compiles only if the compiler computes the same text. */
function named<const Id extends string>(id: Id, text: InputOf<Id>): void {
  assert.equal(inputOf(id), text);
}

test("an id is named as it was declared, in types and at run time", () => {
  named("path.id", 'path("id")');
  named("query.noteId", 'query("noteId")');
  named("header.X-Note-Id", 'header("X-Note-Id")');
  named("cookie.note.id", 'cookie("note.id")');
  named("body.noteId", '"noteId" of body()');
  named("body.items.productId", '"items.productId" of body()');
  named("form.noteId", '"noteId" of form()');
  named("body", "body()");
  named("rawBody", "rawBody()");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { cookie } from "./cookie.ts";
import { factsOf, readInput } from "./input.fixture.ts";
import { nothing } from "./nothing.ts";

const theme = cookie("theme", z.enum(["light", "dark"]).default("light"));

test("reads a cookie, or its default if there is none", async () => {
  assert.equal(await readInput(theme, { headers: { cookie: "a=1; theme=dark" } }), "dark");
  assert.equal(await readInput(theme, {}), "light");
  assert.match(String(await readInput(theme, { headers: { cookie: "theme=%64ark" } })), /^cookie \/theme: /u);
});

test("two cookies of the name are refused, one is not, and others do not matter (D-11)", async () => {
  assert.equal(await readInput(theme, { headers: { cookie: "theme=dark; theme=dark" } }), "400 repeated_parameter");
  assert.equal(await readInput(theme, { headers: { cookie: ["theme=dark", "theme=light"] } }), "400 repeated_parameter");
  assert.equal(await readInput(theme, { headers: { cookie: "theme=dark; theme =light" } }), "400 repeated_parameter");
  assert.equal(await readInput(theme, { headers: { cookie: "x=1; theme=dark; x=2" } }), "dark");
  assert.deepEqual(await readInput(cookie("seen", z.array(z.string())), { headers: { cookie: "seen=1; seen=2" } }), ["1", "2"]);
});

test("one named like an id, or that says so, identifies an object, unless it says that it does not", () => {
  assert.deepEqual(factsOf(cookie("team_id", z.string())), ["input", "object-id:cookie.team_id"]);
  assert.deepEqual(factsOf(cookie("last", z.string(), { identifies: "object" })), ["input", "object-id:cookie.last"]);
  assert.deepEqual(factsOf(cookie("team_id", z.string(), { identifies: nothing("the menu that was open") })), ["input"]);
  assert.deepEqual(factsOf(theme), ["input"]);
});

test("a name that is not a token does not build (RFC 6265 §4.1.1)", () => {
  for (const name of ["", "a b", "a=b", "a;b"]) assert.throws(() => cookie(name, z.string()), { code: "wrong_input" }, name);
});

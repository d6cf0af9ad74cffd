import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { cookie } from "./cookie.ts";
import { factsOf, readInput } from "./input.fixture.ts";

const theme = cookie("theme", z.enum(["light", "dark"]).default("light"));

test("reads a cookie, and its default where there is none", async () => {
  assert.equal(await readInput(theme, { headers: { cookie: "a=1; theme=dark" } }), "dark");
  assert.equal(await readInput(theme, {}), "light");
  assert.match(String(await readInput(theme, { headers: { cookie: "theme=%64ark" } })), /^cookie \/theme: /u);
});

test("D-11: two cookies of the name are refused, one is not, and others do not matter", async () => {
  assert.equal(await readInput(theme, { headers: { cookie: "theme=dark; theme=dark" } }), "400 repeated_parameter");
  assert.equal(await readInput(theme, { headers: { cookie: ["theme=dark", "theme=light"] } }), "400 repeated_parameter");
  assert.equal(await readInput(theme, { headers: { cookie: "theme=dark; theme =light" } }), "400 repeated_parameter");
  assert.equal(await readInput(theme, { headers: { cookie: "x=1; theme=dark; x=2" } }), "dark");
  assert.deepEqual(await readInput(cookie("seen", z.array(z.string())), { headers: { cookie: "seen=1; seen=2" } }), ["1", "2"]);
});

test("one that identifies an object carries the fact, and a name like an id's has to say so", () => {
  assert.deepEqual(factsOf(cookie("team_id", z.string(), { identifies: "object" })), ["object-id:team_id"]);
  assert.deepEqual(factsOf(theme), []);
  assert.throws(() => cookie("team_id", z.string()), { code: "wrong_input" });
});

test("a name that is no token does not build (RFC 6265 §4.1.1)", () => {
  for (const name of ["", "a b", "a=b", "a;b"]) assert.throws(() => cookie(name, z.string()), { code: "wrong_input" }, name);
});

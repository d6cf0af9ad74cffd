import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { header } from "./header.ts";
import { factsOf, readInput } from "./input.fixture.ts";
import { nothing } from "./nothing.ts";

test("reads a header whatever the case of its declared name", async () => {
  assert.equal(await readInput(header("Accept-Language", z.string()), { headers: { "accept-language": "de" } }), "de");
  assert.deepEqual(await readInput(header("X-Limit", z.int()), { headers: { "x-limit": "x" } }), [
    "header /X-Limit: expected an integer",
  ]);
  assert.deepEqual(await readInput(header("X-Limit", z.int()), {}), ["header /X-Limit: required"]);
});

test("a repeated header is refused unless an array is declared (D-10)", async () => {
  const record = { headers: { "x-tag": ["a", "b"] } };
  assert.equal(await readInput(header("X-Tag", z.string()), record), "400 repeated_parameter");
  assert.deepEqual(await readInput(header("X-Tag", z.array(z.string())), record), ["a", "b"]);
});

test("an array splits lines at commas, a single value does not", async () => {
  const record = { headers: { "x-tag": "a , b,,c" } };
  assert.deepEqual(await readInput(header("X-Tag", z.array(z.string())), record), ["a", "b", "c"]);
  assert.equal(await readInput(header("X-Tag", z.string()), record), "a , b,,c");
});

test("headers of credentials do not build, in any case", () => {
  for (const name of ["authorization", "Authorization", "AUTHORIZATION", "cookie", "Cookie"]) {
    assert.throws(() => Reflect.apply(header, undefined, [name, z.string()]), {
      code: "wrong_input",
      message: /declare a security scheme instead: documentation tools drop this header/u,
    });
  }
});

test("a name that is not a token does not build (RFC 9110 §5.1)", () => {
  for (const name of ["", "x y", "x:y", "x\n", "é", "x(y)"])
    assert.throws(() => header(name, z.string()), { code: "wrong_input" }, name);
});

test("one named like an id, in any case, identifies an object, unless it says that it does not", () => {
  for (const name of ["X-Note-Id", "x-note-id", "X-TENANT", "X-Org"]) {
    assert.deepEqual(factsOf(header(name, z.string())), ["input", `object-id:header.${name}`]);
  }
  const traced = nothing("made by the client, to find the request in its own log");
  assert.deepEqual(factsOf(header("X-Request-Id", z.string(), { identifies: traced })), ["input"]);
  assert.deepEqual(factsOf(header("X-Note", z.string(), { identifies: "object" })), ["input", "object-id:header.X-Note"]);
  assert.deepEqual(factsOf(header("X-Size", z.string())), ["input"]);
});

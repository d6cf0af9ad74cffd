import assert from "node:assert/strict";
import { test } from "node:test";
import { formRequest, readInput } from "./input.fixture.ts";
import { jsonSchemaOf } from "../schema/json-schema.ts";
import { type PasswordRequest, passwordRequestForm } from "./password-request-form.ts";

const dep = passwordRequestForm();

/** The value, its secrets revealed; or the issues or the problem. */
async function read(body: string): Promise<unknown> {
  const value = await readInput(dep, formRequest(body));
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  // The input has no issues, so it has its type.
  const { password, clientSecret, ...rest } = value as PasswordRequest;
  return { ...rest, password: password.reveal(), clientSecret: clientSecret?.reveal() };
}

const minimal = "grant_type=password&username=ann&password=correct+horse";

test("reads the password grant (RFC 6749 §4.3.2)", async () => {
  assert.deepEqual(await read(`${minimal}&scope=notes:read+notes:write+notes:read&client_id=app&client_secret=s`), {
    grantType: "password",
    username: "ann",
    password: "correct horse",
    scopes: ["notes:read", "notes:write"],
    clientId: "app",
    clientSecret: "s",
  });
  assert.deepEqual(await read(minimal), {
    grantType: "password",
    username: "ann",
    password: "correct horse",
    scopes: [],
    clientId: undefined,
    clientSecret: undefined,
  });
});

test("the password shows nothing when it is logged", async () => {
  const value = await readInput(dep, formRequest(`${minimal}&client_secret=hidden`));
  assert.doesNotMatch(JSON.stringify(value), /correct horse|hidden/u);
});

test("grant_type is required and must be password", async () => {
  assert.deepEqual(await read("username=ann&password=x"), ["form /grant_type: required"]);
  for (const other of ["client_credentials", "Password", "password+", "refresh_token"]) {
    assert.equal(await read(`grant_type=${other}&username=ann&password=x`), "400 unsupported_grant_type");
  }
});

test("a parameter without a value counts as omitted (RFC 6749 §3.2)", async () => {
  assert.deepEqual(await read("grant_type=password&username=&password="), ["form /username: required", "form /password: required"]);
  assert.deepEqual(await readInput(dep, {}), [
    "form /grant_type: required",
    "form /username: required",
    "form /password: required",
  ]);
  assert.deepEqual(await read(`${minimal}&client_id=&scope=`), await read(minimal));
});

test("unknown parameters are ignored (RFC 6749 §3.2)", async () => {
  assert.deepEqual(await read(`${minimal}&resource=x`), await read(minimal));
});

test("a repeated parameter is refused, known or not (D-10; RFC 6749 §3.2)", async () => {
  for (const again of ["username=eve", "grant_type=password", "password=x", "x=1&x=2"])
    assert.equal(await read(`${minimal}&${again}`), "400 repeated_parameter", again);
});

test("a scope is made of scope tokens (RFC 6749 §3.3)", async () => {
  for (const scope of ["a%22", "a%5C", "a%0Ab", "%C3%A9"])
    assert.deepEqual(await read(`${minimal}&scope=${scope}`), ["form /scope: expected scopes separated by spaces"], scope);
});

test("JSON is not a form", async () => {
  assert.equal(await readInput(dep, formRequest("{}", "application/json")), "415 unsupported_media_type");
});

test("documents its passwords as such", () => {
  const node = dep["~dep"];
  assert.ok(node.kind === "input" && node.input.schema !== undefined);
  assert.deepEqual(node.input.mediaTypes, ["application/x-www-form-urlencoded"]);
  const schema = JSON.stringify(jsonSchemaOf(node.input.schema, "test"));
  assert.match(schema, /"password":\{"type":"string","format":"password"/u);
  assert.match(schema, /"client_secret":\{"type":"string","format":"password"\}/u);
  assert.match(schema, /"required":\["grant_type","username","password"\]/u);
});

test("is the same dependency every time", () => {
  assert.equal(passwordRequestForm(), dep);
});

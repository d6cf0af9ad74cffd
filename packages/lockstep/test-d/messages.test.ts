/** What a developer reads first: the advice of a route begins within the first 70 characters of the message, and names the id. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { compile, compilers, scratch } from "./compiler.ts";

const before = "Argument of type 'string' is not assignable to parameter of type 'Advice<\"";

/** Wrong routes, by what their advice says to write; the reason follows a colon. */
const routes = [
  ['add an authenticated dependency or { public: "reason" }', 'get("/a", {}, () => 1);'],
  ['check path("id") with owned(), permitted() or unowned()', 'get("/notes/:id", { deps: { user: activeUser, id } }, () => 1);'],
  [
    'check "noteId" of body() with owned(), permitted() or unowned()',
    'post("/notes", { deps: { user: writer, change: body(z.object({ noteId: z.string() })) } }, () => 1);',
  ],
  ["remove public or the authenticated dependency", 'get("/a", { public: "reason", deps: { user: activeUser } }, () => 1);'],
  ['add path("id", schema) to a dependency', 'get("/notes/:id", { deps: { user: activeUser } }, () => 1);'],
  ["add :id to the path", 'get("/notes", { deps: { note: ownNote } }, () => 1);'],
  [
    'rename the dependency "user"',
    'group({ prefix: "/v1", deps: { user: activeUser } }).get("/a", { deps: { user: writer } }, () => 1);',
  ],
  [
    'require a scope with scopes(user, "…") or use anyScope(user, "reason")',
    'post("/a", { deps: { user: activeUser } }, () => 1);',
  ],
  [
    'declare { response: schema } or { response: unchecked("reason") }',
    'get("/a", { deps: { user: activeUser } }, ({ user }) => user);',
  ],
  ["return no Secret, or declare a response schema without it", 'get("/a", { deps: { user: activeUser } }, () => secret("hash"));'],
  ["return the body, or throw the problem", 'get("/a", { deps: { user: activeUser } }, () => 7n);'],
  ["write the path as /segments, each parameter one of them (/notes/:id)", 'get("/a/*", { deps: { user: activeUser } }, () => 1);'],
  ["say why in a few words", 'get("/a", { public: "" }, () => 1);'],
] as const;

test("what to write comes first, within 70 characters", () => {
  for (const [advice] of routes) assert.ok(advice.length <= 70, `${advice.length}: ${advice}`);
});

const head = `import { z } from "zod";
import { body, get, group, post, secret } from "lockstep";
import { activeUser, id, ownNote, writer } from "./example.ts";
void [z, body, get, group, post, secret, activeUser, id, ownNote, writer];
`;
const example = readFileSync(join(import.meta.dirname, "example.ts"), "utf8");
const manifest = ["package.json", '{ "type": "module" }'] as const;

for (const compiler of compilers) {
  test(`${compiler.name} says the advice of a route first`, async () => {
    const text = head + routes.map(([, program]) => program).join("\n");
    using programs = scratch(new Map([manifest, ["example.ts", example], ["routes.ts", text]]));
    const file = join(programs.path, "routes.ts");
    const { diagnostics } = await compile(compiler, [file]);
    const said = diagnostics.filter((at) => at.file === file).map(({ text }) => text.replaceAll('\\"', '"'));
    assert.equal(said.length, routes.length);
    for (const [index, [advice]] of routes.entries())
      assert.equal(said[index]?.slice(0, before.length + advice.length + 2), `${before}${advice}: `);
    assert.ok(before.indexOf("Advice") < 70);
  });
}

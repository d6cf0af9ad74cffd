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
  [
    'take "noteId" of messages() from the path',
    'websocket("/a", { deps: { user: writer, said: messages({ receives: z.object({ noteId: z.string() }) }) } }, () => {});',
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

/** Wrong groups. Their advice hangs on the prefix, or without one on the reason. */
const groups = [
  ["remove public or the authenticated dependency", 'group({ prefix: "/a", public: "reason", deps: { user: activeUser } });'],
  ["remove public or the authenticated dependency", 'group({ public: "reason", deps: { user: activeUser } });'],
  ['rename the dependency "user"', 'group({ deps: { user: activeUser } }).group({ prefix: "/a", deps: { user: writer } });'],
  ["write the path as /segments, each parameter one of them (/notes/:id)", 'group({}).group({ prefix: "/a/*" });'],
  ["say why in a few words", 'group({ prefix: "/a", public: "" });'],
] as const;
const programs = [
  ...routes.map(([advice, program]) => [`${before}${advice}: `, program] as const),
  ...groups.map(([advice, program]) => [`Type 'string' is not assignable to type 'Advice<"${advice}`, program] as const),
];

test("what to write comes first, within 70 characters", () => {
  for (const [advice] of [...routes, ...groups]) assert.ok(advice.length <= 70, `${advice.length}: ${advice}`);
});

const head = `import { z } from "zod";
import { body, get, group, messages, post, secret, websocket } from "lockstep";
import { activeUser, id, ownNote, writer } from "./example.ts";
void [z, body, get, group, messages, post, secret, websocket, activeUser, id, ownNote, writer];
`;
const example = readFileSync(join(import.meta.dirname, "example.ts"), "utf8");
const manifest = ["package.json", '{ "type": "module" }'] as const;

for (const compiler of compilers) {
  test(`${compiler.name} says the advice of a route and of a group first`, async () => {
    const text = head + programs.map(([, program]) => program).join("\n");
    using folder = scratch(new Map([manifest, ["example.ts", example], ["routes.ts", text]]));
    const file = join(folder.path, "routes.ts");
    const { diagnostics } = await compile(compiler, [file]);
    const said = diagnostics.filter((at) => at.file === file).map(({ text }) => text.replaceAll('\\"', '"'));
    assert.equal(said.length, programs.length);
    for (const [index, [message]] of programs.entries()) assert.equal(said[index]?.slice(0, message.length), message);
    assert.ok(before.indexOf("Advice") < 70);
  });
}

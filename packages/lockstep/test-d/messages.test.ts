/** What a developer reads first: the advice of a route begins within the first 70 characters of the message, and names the id. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { compile, compilers, scratch } from "./compiler.ts";

const before = "Argument of type 'string' is not assignable to parameter of type 'Advice<\"";

/** Wrong routes by the first words of their advice. */
const routes = {
  "Unprotected route: ": 'get("/a", {}, () => 1);',
  "IDOR: an id from the request (path.id) reaches this handler": 'get("/notes/:id", { deps: { user: activeUser, id } }, () => 1);',
  "IDOR: an id from the request (body.noteId) reaches this handler":
    'post("/notes", { deps: { user: writer, change: body(z.object({ noteId: z.string() })) } }, () => 1);',
  "A route is public or authenticated, not both": 'get("/a", { public: "reason", deps: { user: activeUser } }, () => 1);',
  "path parameter :id is used by no dependency": 'get("/notes/:id", { deps: { user: activeUser } }, () => 1);',
  "the path has no parameter :id": 'get("/notes", { deps: { note: ownNote } }, () => 1);',
  "This route changes something": 'post("/a", { deps: { user: activeUser } }, () => 1);',
  "The handler returns an object or a list": 'get("/a", { deps: { user: activeUser } }, ({ user }) => user);',
  "The result holds a Secret": 'get("/a", { deps: { user: activeUser } }, () => secret("hash"));',
  "A path is made of /segments": 'get("/a/*", { deps: { user: activeUser } }, () => 1);',
  "Say why": 'get("/a", { public: "" }, () => 1);',
} as const;

const head = `import { z } from "zod";
import { body, get, post, secret } from "lockstep";
import { activeUser, id, ownNote, writer } from "./example.ts";
void [z, body, get, post, secret, activeUser, id, ownNote, writer];
`;
const example = readFileSync(join(import.meta.dirname, "example.ts"), "utf8");
const manifest = ["package.json", '{ "type": "module" }'] as const;

for (const compiler of compilers) {
  test(`${compiler.name} says the advice of a route first`, async () => {
    const text = head + Object.values(routes).join("\n");
    using programs = scratch(new Map([manifest, ["example.ts", example], ["routes.ts", text]]));
    const file = join(programs.path, "routes.ts");
    const { diagnostics } = await compile(compiler, [file]);
    const said = diagnostics.filter((at) => at.file === file).map(({ text }) => text.replaceAll('\\"', '"'));
    const expected = Object.keys(routes);
    assert.equal(said.length, expected.length);
    for (const [index, advice] of expected.entries())
      assert.equal(said[index]?.slice(0, before.length + advice.length), before + advice);
    assert.ok(before.indexOf("Advice") < 70);
  });
}

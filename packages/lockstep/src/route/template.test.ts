import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseTemplate } from "./template.ts";

const read = (template: string) =>
  parseTemplate(template)
    .map(({ kind, text }) => (kind === "parameter" ? `<${text}>` : text))
    .join("/");

test("a template is made of static segments and parameters", () => {
  const accepted: Readonly<Record<string, string>> = {
    "/": "",
    "/notes": "notes",
    "/notes/:id": "notes/<id>",
    "/:a/:b": "<a>/<b>",
    "/teams/:team_id/notes/:note2": "teams/<team_id>/notes/<note2>",
    "/:_": "<_>",
    "/:constructor": "<constructor>",
    "/a-b_c.d~e": "a-b_c.d~e",
    "/.well-known/jwks.json": ".well-known/jwks.json",
    "/...": "...",
    "/@me": "@me",
    "/a!$&',=": "a!$&',=",
    "/v1/ID": "v1/ID",
  };
  for (const [template, expected] of Object.entries(accepted)) assert.equal(read(template), expected, template);
  assert.deepEqual(parseTemplate("/"), []);
});

test("anything else does not start, and the message says what a path is", () => {
  const refused = [
    "",
    "notes",
    "notes/",
    "/notes/",
    "//",
    "//notes",
    "/notes//x",
    "/.",
    "/..",
    "/a/../b",
    "/a/./b",
    "/:",
    "/:id?",
    "/:id*",
    "/:id+",
    "/:id(\\d+)",
    "/:a-:b",
    "/:a:b",
    "/:a.json",
    "/:1a",
    "/x:id",
    "/*",
    "/a*",
    "/{id}",
    "/a b",
    "/a%20b",
    "/a?b=c",
    "/a#b",
    "/a;b",
    "/a\\b",
    "/a\0",
    "/a\n",
    "/é",
    "/:é",
    '/a"',
    "/a<b",
    "http://example.test/a",
  ];
  for (const template of refused) {
    assert.throws(() => parseTemplate(template), { code: "wrong_path", message: /write the path as \/segments/ }, template);
  }
});

test("a template that is not text does not start either", () => {
  // JavaScript callers can pass anything.
  for (const template of [undefined, null, 1, {}, ["/a"], /a/])
    assert.throws(() => parseTemplate(template as string), { code: "wrong_path" });
});

test("a parameter's name occurs in a template once", () => {
  assert.throws(() => parseTemplate("/:id/x/:id"), { code: "wrong_path", message: /rename one of the parameters/ });
  parseTemplate("/:id/x/:ID");
});

test("whatever is accepted reads back as it was written", () => {
  const characters = fc.constantFrom(...Array.from("/:ab1_-.~%?*{} é\\"));
  let accepted = 0;
  fc.assert(
    fc.property(fc.string({ unit: characters, maxLength: 8 }), (text) => {
      let segments;
      try {
        segments = parseTemplate(`/${text}`);
      } catch {
        return;
      }
      accepted += 1;
      assert.equal(`/${segments.map(({ kind, text: name }) => (kind === "parameter" ? `:${name}` : name)).join("/")}`, `/${text}`);
    }),
    { numRuns: 3000 },
  );
  assert.ok(accepted > 300, `${accepted}`);
});

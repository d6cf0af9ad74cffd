import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDeclaredProblems, problemsByStatus } from "./declared-problems.ts";

const advice =
  'here: write problems as texts by status from 400 to 599, for example { 409: "The name is taken." }, or { 409: { name_taken: "…" } } with their codes';

test("problems are texts by the status of an error, or texts by code", () => {
  const right = [
    undefined,
    {},
    { 400: "Wrong." },
    { 409: "Taken.", 599: "Away." },
    { 409: { name_taken: "Taken.", "urn:other": "Other." } },
  ];
  for (const problems of right) assert.doesNotThrow(() => checkDeclaredProblems("here", problems));
  for (const status of ["mispelt", "4o9", "200", "399", "600", "0409", "409.5", "-409", " 409"]) {
    const message = `${advice}, and correct "${status}"`;
    assert.throws(() => checkDeclaredProblems("here", { 409: "Taken.", [status]: "Wrong." }), { code: "wrong_option", message });
  }
  const wrong = ["", "  ", undefined, null, 1, {}, [], { taken: "" }, { taken: 1 }, { "": "Taken." }, { "a b": "Taken." }];
  for (const said of wrong) {
    const message = `${advice}, and correct "409"`;
    assert.throws(() => checkDeclaredProblems("here", { 409: said }), { code: "wrong_option", message });
  }
  for (const other of [null, [], ["Taken."], "Taken.", 409]) {
    assert.throws(() => checkDeclaredProblems("here", other), { code: "wrong_option", message: advice });
  }
});

test("declarations are gathered by status, in the words of the nearest; one without codes leaves the codes open", () => {
  const all = problemsByStatus([
    { 409: { taken: "Far.", full: "Full." }, 410: { gone: "Gone." } },
    undefined,
    { 409: { taken: "Near." }, 410: "It is gone." },
  ]);
  assert.deepEqual(
    [...all].map(([status, { text, codes }]) => [status, text, Object.fromEntries(codes)]),
    [
      [409, undefined, { taken: "Near.", full: "Full." }],
      [410, "It is gone.", { gone: "Gone." }],
    ],
  );
});

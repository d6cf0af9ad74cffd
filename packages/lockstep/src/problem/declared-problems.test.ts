import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDeclaredProblems } from "./declared-problems.ts";

const advice = 'here: write problems as texts by status from 400 to 599, for example { 409: "The name is taken." }';

test("problems are texts by the status of an error", () => {
  for (const right of [undefined, {}, { 400: "Wrong." }, { 409: "Taken.", 599: "Away." }]) {
    assert.doesNotThrow(() => checkDeclaredProblems("here", right));
  }
  for (const status of ["mispelt", "4o9", "200", "399", "600", "0409", "409.5", "-409", " 409"]) {
    const message = `${advice}, and correct "${status}"`;
    assert.throws(() => checkDeclaredProblems("here", { 409: "Taken.", [status]: "Wrong." }), { code: "wrong_option", message });
  }
  for (const text of ["", "  ", undefined, null, 1, {}]) {
    const message = `${advice}, and correct "409"`;
    assert.throws(() => checkDeclaredProblems("here", { 409: text }), { code: "wrong_option", message });
  }
  for (const other of [null, [], ["Taken."], "Taken.", 409]) {
    assert.throws(() => checkDeclaredProblems("here", other), { code: "wrong_option", message: advice });
  }
});

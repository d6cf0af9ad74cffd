/** The README's "Try it", step by step, with `npm start` and a browser. The rest of it is in `docs-sign-in.slow.test.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { answers, openDemo, signInAs } from "./docs-demo.fixture.ts";

test("a reader opens /docs, presses Authorize, signs in as alice@example.com and reads only her own notes", async (t) => {
  const { docs, password } = await openDemo(t);
  assert.equal((await docs.execute("GET /notes")).status, "401", "the control: nobody is signed in");
  await docs.authorize("OAuth2PasswordBearer", signInAs("alice@example.com", password));
  await answers(docs.execute("GET /notes"), "200", /"text": "Only I can read this\."/);
  await answers(docs.execute("POST /notes", '{ "text": "of alice" }'), "201", /"text": "of alice"/);
  await answers(docs.execute("GET /notes"), "200", /"text": "of alice"/);

  await docs.logout("OAuth2PasswordBearer");
  assert.equal((await docs.execute("GET /notes")).status, "401", "signed out");
  await docs.authorize("OAuth2PasswordBearer", signInAs("bob@example.com", password));
  await answers(docs.execute("GET /notes"), "200", /"items": \[\]/);
  assert.deepEqual(docs.troubles, []);
});

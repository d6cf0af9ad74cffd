import assert from "node:assert/strict";
import { test } from "node:test";
import * as messages from "./message.ts";

const about = { name: "nightly", service: "notes.example", linkSeconds: 900, link: "https://notes.example/verify#token=abc" };

test("every message has one line of subject that names the service, and says what to do if you did not ask for it", () => {
  const all = Object.values(messages).map((write) => write(about));
  assert.equal(all.length, 9);
  for (const { subject, text } of all) {
    assert.match(subject, /notes\.example/);
    assert.doesNotMatch(subject, /[\r\n]/);
    assert.match(text, /it was not you|do nothing/);
    assert.ok(text.endsWith("\n"));
  }
  assert.equal(new Set(all.map(({ text }) => text)).size, all.length);
});

test("only messages that ask for an action contain a link, and say how long it works", () => {
  const { confirmRegistration, confirmAddress, resetPassword, invitation } = messages;
  for (const write of [confirmRegistration, confirmAddress, resetPassword, invitation]) {
    assert.match(write(about).text, /within 15 minutes[^]*\n {2}https:\/\/notes\.example\/verify#token=abc\n/);
    assert.match(write({ ...about, linkSeconds: 60 }).text, /within a minute/);
    assert.match(write({ ...about, linkSeconds: 7 * 86_400 }).text, /within 7 days/);
    assert.match(write({ ...about, linkSeconds: 2 * 3600 + 59 }).text, /within 2 hours/);
  }
  const { accountExists, passwordChanged, addressChangeRequested, addressChanged, apiKeyCreated } = messages;
  for (const write of [accountExists, passwordChanged, addressChangeRequested, addressChanged, apiKeyCreated]) {
    assert.doesNotMatch(write(about).text, /https/);
  }
});

test("the name of a key cannot put a link or another line into the message about it (I-14)", () => {
  const { subject, text } = messages.apiKeyCreated({ ...about, name: "https://evil.example/a?b Prüf-Job_2 <b>\u2028x\r\ny" });
  assert.ok(text.includes('Its name is "https···evil·example·a·b Prüf-Job_2 ·b··x··y".'), text);
  assert.doesNotMatch(subject, /evil/);
});

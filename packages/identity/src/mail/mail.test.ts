import assert from "node:assert/strict";
import { test } from "node:test";
import { logMail } from "./mail.ts";

test("logMail() writes a message with its link to the log, and sends nothing", async () => {
  const written: string[] = [];
  const mail = logMail((text) => written.push(text));
  await mail.send({ to: "ada@example.com", subject: "Hello", text: "  https://notes.example/verify#token=abc\n" });
  assert.deepEqual(written, ["Mail to ada@example.com: Hello\n\n  https://notes.example/verify#token=abc\n"]);
});

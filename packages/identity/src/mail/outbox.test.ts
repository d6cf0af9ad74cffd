import assert from "node:assert/strict";
import { test } from "node:test";
import { Auditor } from "../audit/auditor.ts";
import type { IdentityEvent } from "../audit/event.ts";
import type { MailMessage } from "./mail.ts";
import { Outbox } from "./outbox.ts";

interface Desk {
  readonly outbox: Outbox;
  readonly events: IdentityEvent[];
}

function openDesk(send: (message: MailMessage) => Promise<void>): Desk {
  const events: IdentityEvent[] = [];
  return {
    outbox: new Outbox({
      mail: { send },
      audit: new Auditor(
        (event) => events.push(event),
        () => 1,
      ),
    }),
    events,
  };
}

const letter = {
  to: "ada@example.com",
  message: { subject: "Hello", text: "Text" },
  kind: "reset",
  subject: "a-1",
  requestId: "r-1",
};

test("a message is sent after post() returns, and idle() waits for it", async () => {
  const sent: MailMessage[] = [];
  const { outbox, events } = openDesk(async (message) => {
    sent.push(message);
  });
  outbox.post(letter);
  await Promise.resolve();
  assert.deepEqual(sent, []);
  await outbox.idle();
  assert.deepEqual(sent, [{ to: "ada@example.com", subject: "Hello", text: "Text" }]);
  assert.deepEqual(events, []);
});

test("a message that cannot be sent becomes an event without its address, and not an error", async () => {
  const { outbox, events } = openDesk(() => Promise.reject(new RangeError("550 ada@example.com: no such mailbox")));
  outbox.post(letter);
  await outbox.idle();
  assert.equal(events.length, 1);
  const { id: _id, ...event } = events[0] ?? assert.fail();
  assert.deepEqual(event, {
    type: "mail.failed",
    message: "reset",
    reason: "RangeError",
    subject: "a-1",
    requestId: "r-1",
    outcome: "failure",
    at: 1,
  });
});

test("if a mail server does not answer, a limited number of messages wait for it; the others are reported", async () => {
  const gate = Promise.withResolvers<void>();
  const { outbox, events } = openDesk(() => gate.promise);
  for (let count = 0; count < 1010; count += 1) outbox.post(letter);
  assert.equal(events.filter((event) => event.type === "mail.failed" && event.reason === "too_many_under_way").length, 10);
  gate.resolve();
  await outbox.idle();
  outbox.post(letter);
  await outbox.idle();
  assert.equal(events.length, 10);
});

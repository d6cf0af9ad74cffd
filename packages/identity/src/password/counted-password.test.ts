import assert from "node:assert/strict";
import { test } from "node:test";
import { Redacted, Unavailable } from "lockstep";
import { verifyCounted } from "./counted-password.ts";
import { hashPassword } from "./password-hash.ts";

const password = new Redacted("seventeen purple walruses");

function counted(): { given: number; succeeded(): Promise<void> } {
  return {
    given: 0,
    async succeeded() {
      this.given += 1;
    },
  };
}

test("an attempt that met a busy server does not count, and a wrong one does", async () => {
  const [wrong, unlucky] = [counted(), counted()];
  assert.equal(await verifyCounted(wrong, password, await hashPassword(new Redacted("another password, and wrong"))), false);
  assert.equal(wrong.given, 0);
  // Two of them run, and 64 wait.
  const others = Array.from({ length: 66 }, () => hashPassword(password));
  await assert.rejects(verifyCounted(unlucky, password, undefined), Unavailable);
  assert.equal(unlucky.given, 1);
  await Promise.all(others);
});

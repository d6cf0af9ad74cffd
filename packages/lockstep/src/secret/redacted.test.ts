import assert from "node:assert/strict";
import { test } from "node:test";
import { Console } from "node:console";
import { Writable } from "node:stream";
import { format, inspect } from "node:util";
import fc from "fast-check";
import { Redacted, refusingSecrets, secret } from "./redacted.ts";

const hidden = "correct-horse-battery-staple";
const makers = { Redacted: new Redacted(hidden), Secret: secret(hidden), nested: new Redacted({ token: hidden }) };

/** Returns what a console writes. */
function logged(...given: readonly unknown[]): string {
  let written = "";
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      done();
    },
  });
  const console = new Console({ stdout, stderr: stdout });
  console.log(...given);
  console.error(...given);
  console.dir(given, { depth: 10, showHidden: true });
  console.table(given);
  return written;
}

for (const [name, value] of Object.entries(makers)) {
  test(`${name}: only reveal() returns the value`, () => {
    const out = value.reveal();
    assert.deepEqual(out, name === "nested" ? { token: hidden } : hidden);
  });

  test(`${name}: no console, formatter or inspector shows it`, () => {
    const around = { user: "ada", deep: { list: [value], map: new Map([["key", value]]), set: new Set([value]) } };
    const shown = [
      logged(value, around),
      format("%s %o %O %j %d %i", value, value, value, value, value, value),
      inspect(around, { depth: 10, showHidden: true, getters: true, showProxy: true }),
      inspect(value, { customInspect: false, showHidden: true }),
      inspect(new Error("failed", { cause: value })),
      inspect(new Proxy(value, {}), { showProxy: true }),
    ];
    for (const text of shown) assert.ok(!text.includes("horse"), text);
    assert.match(inspect(around, { depth: 10 }), /\[redacted\]/);
  });

  test(`${name}: no conversion shows it`, () => {
    // The types and the linter forbid these conversions, but they happen by accident.
    const loose = value as unknown as string;
    const shown = [
      `a ${loose}`,
      String(value),
      ["", loose].join(""),
      [value].join(),
      JSON.stringify(value),
      JSON.stringify({ list: [value] }),
      Object.prototype.toString.call(value),
      JSON.stringify(Object.entries(value)),
      JSON.stringify(Object.getOwnPropertyNames(value)),
      JSON.stringify(Object.assign({}, value)),
      JSON.stringify(structuredClone(value)),
      inspect(structuredClone({ value })),
      new URLSearchParams({ value: String(value) }).toString(),
    ];
    for (const text of shown) assert.ok(!text.includes("horse"), text);
    assert.equal(`a ${loose}`, "a [redacted]");
    assert.equal(JSON.stringify({ value }), '{"value":"[redacted]"}');
  });

  test(`${name}: no failed comparison shows it`, () => {
    assert.throws(
      () => assert.deepEqual(value, "other"),
      (error: Error) => !`${error.message}${inspect(error)}`.includes("horse"),
    );
  });
}

test("positive control: a value that is not wrapped is shown", () => {
  assert.ok(logged({ token: hidden }).includes(hidden));
  assert.ok(inspect(makers.Redacted.reveal()).includes(hidden));
});

test("no value is shown, whatever it is", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8 }), (text) => {
      const shown = [
        inspect(new Redacted(text)),
        JSON.stringify(new Redacted(text)),
        String(new Redacted(text)),
        inspect(new Redacted([text])),
      ];
      return shown.every((each) => each === "[redacted]" || each === '"[redacted]"');
    }),
  );
});

test("serialising a response that contains a secret throws", () => {
  for (const value of Object.values(makers)) {
    for (const body of [value, { value }, [{ deep: [value] }]]) {
      assert.throws(() => refusingSecrets(() => JSON.stringify(body)), {
        code: "secret_in_response",
        message: /give the route a response schema/,
      });
    }
  }
});

test("positive controls: a response without a secret is serialised, and logging works again afterwards", () => {
  assert.equal(
    refusingSecrets(() => JSON.stringify({ name: "ada" })),
    '{"name":"ada"}',
  );
  assert.throws(() => refusingSecrets(() => JSON.stringify(makers.Secret)));
  assert.equal(JSON.stringify(makers.Secret), '"[redacted]"');
  assert.throws(
    () =>
      refusingSecrets(() => {
        refusingSecrets(() => "inner");
        return JSON.stringify(makers.Secret);
      }),
    { code: "secret_in_response" },
  );
  assert.equal(JSON.stringify(makers.Secret), '"[redacted]"');
});

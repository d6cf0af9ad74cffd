import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RoleOrder } from "./role-order.ts";

const holders = (hierarchy: Record<string, readonly string[]>, role: string) =>
  [...new RoleOrder(hierarchy).holdersOf(role)].toSorted();

test("the holders of a role are itself and all above it", () => {
  const hierarchy = { a: ["b", "c"], b: ["d"], c: ["d"], d: [], e: [] };
  assert.deepEqual(holders(hierarchy, "d"), ["a", "b", "c", "d"]);
  assert.deepEqual(holders(hierarchy, "b"), ["a", "b"]);
  assert.deepEqual(holders(hierarchy, "a"), ["a"]);
  assert.deepEqual(holders(hierarchy, "e"), ["e"]);
});

test("a circle is reported with the roles that go in it, and only those", () => {
  const circle = (hierarchy: Record<string, readonly string[]>, path: string) =>
    assert.throws(() => new RoleOrder(hierarchy), {
      code: "role_cycle",
      message: `roles(): remove one inclusion: ${path} goes in a circle`,
    });
  circle({ a: ["a"] }, "a → a");
  circle({ a: ["b"], b: ["a"] }, "a → b → a");
  circle({ top: ["a"], a: ["b"], b: ["c"], c: ["a"] }, "a → b → c → a");
  circle({ a: ["b", "c"], b: [], c: ["d"], d: ["b", "c"] }, "c → d → c");
});

test("two ways to the same role are not a circle", () => {
  assert.deepEqual(holders({ a: ["b", "c"], b: ["c"], c: [] }, "c"), ["a", "b", "c"]);
  assert.deepEqual(holders({ a: ["b", "b"], b: [] }, "b"), ["a", "b"]);
});

test("a role that is included and does not exist is named", () => {
  assert.throws(() => new RoleOrder({ admin: ["edtior"], editor: [] }), {
    code: "unknown_role",
    message: 'roles(): correct "edtior", or add it to the hierarchy: "admin" includes it, and it is not a role',
  });
  // JavaScript callers can pass anything.
  for (const wrong of ["editor", undefined, null, 1]) {
    assert.throws(() => new RoleOrder({ admin: wrong as unknown as string[], editor: [] }), { code: "unknown_role" });
  }
});

// The timeouts do not measure speed: a table of all pairs, or one visit for each path, would not end in them.
test("a chain of 10,000 roles is checked and walked without recursion", { timeout: 60_000 }, () => {
  const size = 10_000;
  const chain = (last: readonly string[]) =>
    Object.fromEntries(Array.from({ length: size }, (_, index) => [`r${index}`, index === size - 1 ? last : [`r${index + 1}`]]));
  const order = new RoleOrder(chain([]));
  assert.equal(order.holdersOf(`r${size - 1}`).size, size);
  assert.equal(order.holdersOf("r0").size, 1);
  assert.throws(() => new RoleOrder(chain(["r0"])), { code: "role_cycle" });
});

test("a wide diamond of diamonds is walked with one visit for each role", { timeout: 60_000 }, () => {
  const levels = 60;
  const width = 40;
  const hierarchy = Object.fromEntries(
    Array.from({ length: levels }, (_, level) => level).flatMap((level) =>
      Array.from({ length: width }, (_, index) => [
        `r${level}.${index}`,
        level === levels - 1 ? [] : Array.from({ length: width }, (_, next) => `r${level + 1}.${next}`),
      ]),
    ),
  );
  assert.equal(new RoleOrder(hierarchy).holdersOf(`r${levels - 1}.0`).size, (levels - 1) * width + 1);
});

test("for every acyclic hierarchy a role is held exactly by those that reach it", () => {
  const edges = fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 20 });
  fc.assert(
    fc.property(edges, (pairs) => {
      const names = Array.from({ length: 9 }, (_, index) => `r${index}`);
      const down = new Map(
        names.map((name, index) => [name, pairs.filter(([a, b]) => a === index && b > a).map(([, b]) => `r${b}`)]),
      );
      const reaches = (from: string, to: string): boolean =>
        from === to || (down.get(from) ?? []).some((next) => reaches(next, to));
      const order = new RoleOrder(Object.fromEntries(down));
      for (const role of names)
        assert.deepEqual(
          [...order.holdersOf(role)].toSorted(),
          names.filter((name) => reaches(name, role)),
        );
    }),
  );
});

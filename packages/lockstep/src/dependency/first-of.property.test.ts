/** Random rules: the first that allows decides, with any contents and any timing, and each guard is asked at most once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { authorize } from "../access/authorize.ts";
import { deny } from "../outcome/deny.ts";
import { user, userKey } from "./caller.fixture.ts";
import type { AnyDependency } from "./dependency.ts";
import { endingOf } from "./execution.fixture.ts";
import { firstOf } from "./first-of.ts";

/** A guard: whether it allows, and how many turns it takes; none makes it synchronous. */
interface Guard {
  readonly allows: boolean;
  readonly turns: number;
}

/** What a rule is made of. Guards are shared by their number. */
type Rule =
  | { readonly kind: "guard"; readonly guard: number }
  | { readonly kind: "all" | "first"; readonly parts: readonly Rule[] };

const guardCount = 6;

const guards = (turns: fc.Arbitrary<number>): fc.Arbitrary<Guard[]> =>
  fc.array(fc.record({ allows: fc.boolean(), turns }), { minLength: guardCount, maxLength: guardCount });

const { rule } = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { depthSize: "small", maxDepth: 3 },
    fc.record({ kind: fc.constant("guard" as const), guard: fc.nat(guardCount - 1) }),
    fc.record({
      kind: fc.constantFrom("all" as const, "first" as const),
      parts: fc.array(tie("rule"), { minLength: 2, maxLength: 4 }),
    }),
  ),
}));
const top: fc.Arbitrary<Rule> = fc.record({
  kind: fc.constant("first" as const),
  parts: fc.array(rule, { minLength: 2, maxLength: 5 }),
});

/** What a rule comes to: the guard whose value it hands on, or nothing if it refuses. */
function model(it: Rule, all: readonly Guard[]): number | undefined {
  switch (it.kind) {
    case "guard":
      return all[it.guard]?.allows === true ? it.guard : undefined;
    case "all": {
      const parts = it.parts.map((part) => model(part, all));
      return parts.includes(undefined) ? undefined : parts[0];
    }
    case "first":
      return it.parts.map((part) => model(part, all)).find((part) => part !== undefined);
    default:
      return it satisfies never;
  }
}

function guardsOf(it: Rule): readonly number[] {
  return it.kind === "guard" ? [it.guard] : it.parts.flatMap(guardsOf);
}

async function wait(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
}

/** Builds the rules and runs them: how they ended, and which guards were asked, in order. */
async function run(it: Rule, all: readonly Guard[]): Promise<readonly [ended: unknown, asked: readonly number[]]> {
  const asked: number[] = [];
  const leaves = all.map(({ allows, turns }, index) => {
    const answer = () => (allows ? { id: index } : deny(`${index}`));
    const start = () => void asked.push(index);
    return authorize({ user }, turns === 0 ? () => (start(), answer()) : async () => (start(), await wait(turns), answer()));
  });
  const build = (part: Rule): AnyDependency => {
    if (part.kind === "guard") return leaves[part.guard] ?? user;
    const deps = Object.fromEntries(part.parts.map((each, index) => [`p${index}`, build(each)]));
    if (part.kind === "first") return firstOf(deps);
    // Each part hands on an object with an id: the number of its guard.
    return authorize({ user, ...deps }, (values) => Reflect.get(values, "p0") as { readonly id: number });
  };
  const ended = await endingOf({ it: build(it) }, { present: [userKey] });
  return [typeof ended === "string" ? ended : ended.values["it"], asked];
}

test("the first rule that allows decides, each guard is asked at most once, and no guard of a later rule alone", async () => {
  const counts = { allowed: 0, refused: 0, spared: 0 };
  await fc.assert(
    fc.asyncProperty(top, guards(fc.nat(3)), async (it, all) => {
      assert.ok(it.kind === "first");
      const [ended, asked] = await run(it, all);
      assert.equal(new Set(asked).size, asked.length, "asked once");
      const winner = it.parts.findIndex((part) => model(part, all) !== undefined);
      if (winner === -1) {
        counts.refused += 1;
        assert.match(String(ended), /^refused forbidden at it → p0/);
        return;
      }
      counts.allowed += 1;
      assert.deepEqual(ended, { id: model(it, all) });
      const needed = new Set(it.parts.slice(0, winner + 1).flatMap(guardsOf));
      const spared = it.parts.flatMap(guardsOf).filter((guard) => !needed.has(guard));
      counts.spared += spared.length;
      for (const guard of spared) assert.ok(!asked.includes(guard), `guard ${guard} is only of a later rule`);
    }),
    { numRuns: 500 },
  );
  for (const count of Object.values(counts)) assert.ok(count > 60, JSON.stringify(counts));
});

test("timing changes neither the answer, nor which guards are asked", async () => {
  await fc.assert(
    fc.asyncProperty(
      top,
      guards(fc.constant(0)),
      fc.array(fc.nat(4), { minLength: guardCount, maxLength: guardCount }),
      async (it, all, turns) => {
        const slower = all.map((guard, index) => ({ ...guard, turns: turns[index] ?? 0 }));
        assert.deepEqual(await run(it, slower), await run(it, all));
      },
    ),
    { numRuns: 250 },
  );
});

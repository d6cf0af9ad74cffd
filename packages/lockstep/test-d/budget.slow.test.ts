/** What a route costs the type checker. Instantiations are counted, not timed: they are the same on every machine. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { measure } from "../../../bench/types/measure.ts";
import { type Compiler, compile, compilers, list, scratch } from "./compiler.ts";

/** For 1,000 routes, everything they import included. */
const budget = 600_000;

for (const compiler of compilers) {
  test(`${compiler.name} checks 1,000 routes in at most ${budget} instantiations`, async () => {
    const { instantiations } = await measure(compiler, 1_000);
    assert.ok(instantiations <= budget, `${instantiations} instantiations`);
  });
}

test("a route of 1,000 costs no more than one of 100", async () => {
  const [compiler] = compilers;
  assert.ok(compiler !== undefined);
  const [none, few, many] = await Promise.all([measure(compiler, 0), measure(compiler, 100), measure(compiler, 1_000)]);
  // Chained builders grow with the square; flat values do not grow at all.
  const ofFew = (few.instantiations - none.instantiations) / 100;
  const ofMany = (many.instantiations - few.instantiations) / 900;
  assert.ok(ofMany <= ofFew, `${ofFew} each of the first 100, ${ofMany} each of the others`);
});

/** Groups in a group, each with a group of its own and four routes in it. */
function nested(count: number): string {
  const groups = Array.from(
    { length: count },
    (_, index) => `
const item${index} = owned({ id: path("id", z.string()), user: activeUser }, () => row, ({ ownerId }) => ownerId);
const group${index} = v1.group({ prefix: "/items${index}/:id", tags: ["items"], deps: { item: item${index} } });
const inner${index} = group${index}.group({ prefix: "/inner", deps: { page${index}: depends({}, () => ${index}) } });
export const routes${index} = [
  inner${index}.get("/a", {}, ({ user, item, page${index} }) => user.email + item.ownerId + page${index}),
  inner${index}.get("/b", { deps: { key: depends({}, () => 1) } }, ({ item, key }) => item.ownerId + key),
  inner${index}.get("/c", { response: Row }, ({ item }) => item),
  inner${index}.get("/d", { deps: { limit: query("limit", z.int()) }, response: z.array(Row) }, ({ item }) => [item]),
];`,
  );
  return `import { z } from "zod";
import { authenticate, depends, group, httpBearer, owned, path, query } from "lockstep";
const activeUser = authenticate({ token: httpBearer() }, () => ({ id: "u1", email: "u1@example.com" }));
const Row = z.object({ ownerId: z.string() });
const row = { ownerId: "u1" };
const v1 = group({ prefix: "/v1", tags: ["v1"], deps: { user: activeUser } });
void [depends, owned, path, query, Row, row, v1];
${groups.join("\n")}
`;
}

async function instantiationsOf(compiler: Compiler, program: string): Promise<number> {
  using folder = scratch(
    new Map([
      ["package.json", '{ "type": "module" }'],
      ["program.ts", program],
    ]),
  );
  const file = join(folder.path, "program.ts");
  const { diagnostics, instantiations } = await compile(compiler, [file]);
  assert.equal(list(diagnostics.filter((at) => at.file === file)), "");
  return instantiations;
}

test("a route of a nested group costs at most 1,000 instantiations, its groups and checks included, however many there are", async () => {
  const [compiler] = compilers;
  assert.ok(compiler !== undefined);
  const [none, few, many] = await Promise.all([0, 20, 200].map((count) => instantiationsOf(compiler, nested(count))));
  assert.ok(none !== undefined && few !== undefined && many !== undefined);
  const ofFew = (few - none) / 80;
  const ofMany = (many - few) / 720;
  assert.ok(ofMany <= ofFew, `${ofFew} each of the first 80, ${ofMany} each of the others`);
  assert.ok(ofMany <= 1_000, `${ofMany} each`);
});

test("each of twenty groups inside each other costs at most 1,500 instantiations", async () => {
  const [compiler] = compilers;
  assert.ok(compiler !== undefined);
  const depth = 20;
  const groups = Array.from(
    { length: depth },
    (_, index) =>
      `const g${index + 1} = g${index}.group({ prefix: "/g${index}", deps: { dep${index}: depends({}, () => ${index}) } });`,
  );
  const program = [
    nested(0),
    "const g0 = v1;",
    ...groups,
    `export const route = g${depth}.get("/a", {}, ({ user }) => user.email);`,
  ];
  const [none, all] = await Promise.all([nested(0), program.join("\n")].map((text) => instantiationsOf(compiler, text)));
  assert.ok(none !== undefined && all !== undefined);
  assert.ok((all - none) / depth <= 1_500, `${(all - none) / depth} each`);
});

/**
 * Random graphs: every node runs once, after its dependencies. Every resource closes once, in reverse order, whatever happens.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AnyDependency } from "./dependency.ts";
import { depends } from "./depends.ts";
import { begin, describe } from "./execution.fixture.ts";
import { resource } from "./resource.ts";

/** One node of a random graph. Its operands are earlier nodes. Its duration is a number of turns. */
interface Shape {
  readonly kind: "value" | "async value" | "resource" | "async resource";
  readonly operands: readonly number[];
  readonly turns: number;
  readonly fails: "never" | "opening" | "closing";
}

const shapes = (fails: fc.Arbitrary<Shape["fails"]>): fc.Arbitrary<Shape[]> =>
  fc.array(
    fc.record<Shape>({
      kind: fc.constantFrom("value", "async value", "resource", "async resource"),
      operands: fc.array(fc.nat(30), { maxLength: 3 }),
      turns: fc.nat(4),
      fails,
    }),
    { minLength: 1, maxLength: 14 },
  );

const never = fc.constant<Shape["fails"]>("never");
const sometimes = fc.constantFrom<Shape["fails"]>("never", "never", "never", "opening");
const anything = fc.constantFrom<Shape["fails"]>("never", "never", "never", "never", "opening", "closing");

/** The events of a run in order: `start`, `ready`, `close`, each with the number of the node. */
interface Log {
  readonly events: { readonly what: "start" | "ready" | "close"; readonly node: number; readonly thrown?: unknown }[];
}

async function wait(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
}

const failure = (node: number): Error => new Error(`${node} failed`);
const closingFailure = (node: number): Error => new Error(`${node} did not close`);

function build(graph: readonly Shape[], log: Log): AnyDependency[] {
  const nodes: AnyDependency[] = [];
  for (const [index, shape] of graph.entries()) nodes.push(make(shape, index, operandsOf(graph, index), nodes, log));
  return nodes;
}

function operandsOf(graph: readonly Shape[], index: number): number[] {
  return index === 0 ? [] : [...new Set(graph[index]?.operands.map((operand) => operand % index))];
}

function make(
  shape: Shape,
  index: number,
  operands: readonly number[],
  nodes: readonly AnyDependency[],
  { events }: Log,
): AnyDependency {
  const deps = Object.fromEntries(
    operands.flatMap((operand) => {
      const node = nodes[operand];
      return node === undefined ? [] : [[`d${operand}`, node]];
    }),
  );
  const start = (values: Readonly<Record<string, unknown>>): void => {
    events.push({ what: "start", node: index });
    // Each value is the number of its node, so this checks that each node gets the values that it asked for.
    assert.deepEqual(values, Object.fromEntries(operands.map((operand) => [`d${operand}`, operand])));
    if (shape.fails === "opening" && !shape.kind.startsWith("async")) throw failure(index);
  };
  const ready = (): number => {
    if (shape.fails === "opening") throw failure(index);
    events.push({ what: "ready", node: index });
    return index;
  };
  const close = (thrown?: Error): void => {
    events.push({ what: "close", node: index, ...(thrown === undefined ? {} : { thrown }) });
    if (shape.fails === "closing") throw closingFailure(index);
    if (thrown !== undefined) throw thrown;
  };
  switch (shape.kind) {
    case "value":
      return depends(deps, (values) => (start(values), ready()));
    case "async value":
      return depends(deps, async (values) => (start(values), await wait(shape.turns), ready()));
    case "resource":
      return resource(deps, function* (values) {
        start(values);
        const value = ready();
        try {
          yield value;
        } catch (thrown) {
          return close(asError(thrown));
        }
        close();
      });
    case "async resource":
      return resource(deps, async function* (values) {
        start(values);
        await wait(shape.turns);
        const value = ready();
        try {
          yield value;
        } catch (thrown) {
          await wait(shape.turns);
          return close(asError(thrown));
        }
        await wait(shape.turns);
        close();
      });
    default:
      return shape.kind satisfies never;
  }
}

function asError(thrown: unknown): Error {
  assert.ok(thrown instanceof Error);
  return thrown;
}

const isResource = (shape: Shape | undefined): boolean => shape?.kind.endsWith("resource") === true;

/** Runs a graph with every node as a root, closes it, and checks the rules of every run. Returns the failure, if there is one. */
async function check(graph: readonly Shape[], counts: Record<string, number>): Promise<string | undefined> {
  const log: Log = { events: [] };
  const nodes = build(graph, log);
  const roots = Object.fromEntries(nodes.map((node, index) => [`r${index}`, node]));
  const execution = begin(roots);
  const advanced = execution.advance(Infinity);
  if (graph.every(({ kind }) => !kind.startsWith("async")))
    assert.ok(!(advanced instanceof Promise), "a synchronous graph makes no promise");
  const failed = await advanced;
  const position = (what: string, node: number) => log.events.findIndex((event) => event.what === what && event.node === node);
  const numbers = (what: string) => log.events.filter((event) => event.what === what).map(({ node }) => node);
  const started = numbers("start");
  assert.equal(new Set(started).size, started.length, "each node starts at most once");
  for (const node of started) {
    for (const operand of operandsOf(graph, node))
      assert.ok(position("ready", operand) < position("start", node) && position("ready", operand) >= 0);
  }
  // A step that is still running when the run ends would go on after the answer.
  for (const node of started)
    assert.ok(position("ready", node) >= 0 || graph[node]?.fails === "opening", "everything that started has ended");
  if (failed === undefined) {
    assert.equal(started.length, graph.length);
    assert.deepEqual(
      Object.values(execution.values()),
      graph.map((_, index) => index),
    );
  }
  const opened = numbers("ready").filter((node) => isResource(graph[node]));
  const closing = await execution.close(failed === undefined ? undefined : { error: new Error("the request failed") });
  const closed = numbers("close");
  const order = numbers("start").filter((node) => opened.includes(node));
  assert.deepEqual(closed, order.toReversed(), "every opened resource closes once, in reverse order of opening");
  checkThrown(graph, log, failed !== undefined, closing);
  const count = (what: string, times: number) => (counts[what] = (counts[what] ?? 0) + times);
  count(failed === undefined ? "succeeded" : "failed", 1);
  count("closed", closed.length);
  count("closing failed", closing === undefined ? 0 : 1);
  return failed && describe(failed);
}

/** Checks that the most recent error was thrown into each resource, and that the first error of closing was returned. */
function checkThrown(
  graph: readonly Shape[],
  { events }: Log,
  hasFailed: boolean,
  closing: { readonly error: unknown } | undefined,
): void {
  let expected = hasFailed ? "the request failed" : undefined;
  let first: string | undefined;
  for (const { node, thrown } of events.filter(({ what }) => what === "close")) {
    assert.equal(thrown instanceof Error ? thrown.message : undefined, expected);
    if (graph[node]?.fails !== "closing") continue;
    expected = closingFailure(node).message;
    first ??= expected;
  }
  assert.equal(closing?.error instanceof Error ? closing.error.message : undefined, first);
}

test("each node runs once, after its dependencies; each resource closes once, in reverse order of opening", async () => {
  const counts: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(shapes(never), async (graph) => assert.equal(await check(graph, counts), undefined)),
    { numRuns: 500 },
  );
  assert.ok((counts["succeeded"] ?? 0) === 500 && (counts["closed"] ?? 0) > 500, JSON.stringify(counts));
});

test("the same holds when nodes fail, and when closing fails", async () => {
  const counts: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(shapes(anything), async (graph) => void (await check(graph, counts))),
    { numRuns: 1500 },
  );
  for (const what of ["succeeded", "failed", "closing failed"]) assert.ok((counts[what] ?? 0) > 100, JSON.stringify(counts));
});

test("the failure that counts does not depend on how long anything takes", async () => {
  let failures = 0;
  const otherTurns = fc.array(fc.nat(6), { minLength: 14, maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(shapes(sometimes), otherTurns, async (graph, turns) => {
      const slower = graph.map((shape, index) => ({ ...shape, turns: turns[index] ?? 0 }));
      const ended = await check(graph, {});
      failures += ended === undefined ? 0 : 1;
      assert.equal(await check(slower, {}), ended);
    }),
    { numRuns: 1500 },
  );
  assert.ok(failures > 300, `${failures}`);
});

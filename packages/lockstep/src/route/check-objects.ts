/** The objects of a route, at start-up: what the graph shows and no type can. */
import { nodesBelow } from "../dependency/graph.ts";
import { declaredAs, isBody, isBytes } from "../dependency/input-place.ts";
import type { GuardNode, InputNode, Node } from "../dependency/node.ts";
import { jsonSchemaOf } from "../schema/json-schema.ts";
import { isDescribed } from "../schema/zod-async.ts";
import type { AnySchema } from "../schema/schema.ts";
import { inputOf } from "./advice.ts";
import type { Checked, Fail } from "./check.ts";

/** @throws BuildError `ambiguous_input`, `unnested_object`, `wrong_input` */
export function checkObjects({ segments, nodes }: Checked, fail: Fail): void {
  const inputs = nodes.filter((node) => node.kind === "input");
  checkSaid(inputs, fail);
  checkOneMeaning(inputs, fail);
  const names = segments.flatMap(({ kind, text }) => (kind === "parameter" ? [`path.${text}`] : []));
  checkNesting(names, nodes.filter(isObjectCheck), fail);
}

/** An input that may hold anything says whether ids of objects are in it. */
function checkSaid(inputs: readonly InputNode[], fail: Fail): void {
  const open = inputs.find(({ input }) => input.objectIds.unsaid !== undefined);
  if (open === undefined) return;
  const { kind, objectIds } = open.input;
  const member = isBytes(open.input) ? '"object"' : '{ noteId: "object" }';
  fail(
    "ambiguous_input",
    `say whether ids of objects are in ${declaredAs(kind)}(), with { identifies: ${member} } or { identifies: nothing("what it is instead") }: it takes ${objectIds.unsaid}`,
  );
}

/** Two inputs of one place and name are one id: if they read it in different ways, checking one does not check the other. */
function checkOneMeaning(inputs: readonly InputNode[], fail: Fail): void {
  const known = new Map<string, AnySchema>();
  for (const node of inputs) {
    const { kind, name, schema, objectIds } = node.input;
    if (isBody(node.input) || schema === undefined || objectIds.ids.length === 0) continue;
    const other = known.get(`${kind} ${name}`) ?? schema;
    known.set(`${kind} ${name}`, other);
    const where = `${kind}("${name}")`;
    if (other !== schema && !areAlike(other, schema, where))
      fail("wrong_input", `declare ${where} once and use the one constant: two dependencies read it with different schemas`);
  }
}

/** A JSON Schema does not show functions and transformations, so only schemas without them can be compared. */
function areAlike(a: AnySchema, b: AnySchema, where: string): boolean {
  if (!isDescribed(a) || !isDescribed(b)) return false;
  return JSON.stringify(jsonSchemaOf(a, where)) === JSON.stringify(jsonSchemaOf(b, where));
}

/** Objects whose ids follow each other in the path are connected: the inner check rests on the outer one. */
function checkNesting(names: readonly string[], checks: readonly GuardNode[], fail: Fail): void {
  const checked = names.filter((name) => checks.some((check) => check.checks.includes(name)));
  for (const [index, inner] of checked.entries()) {
    const outer = checked[index - 1];
    if (outer === undefined) continue;
    const loose = checks.find((check) => check.checks.includes(inner) && check.apart === undefined && !restsOn(check, outer));
    if (loose === undefined) continue;
    fail(
      "unnested_object",
      `put the check of ${inputOf(outer)} among the dependencies of ${loose.kind}() that checks ${inputOf(inner)}, or say why not with { apart: "reason" }: otherwise the object of one path can be reached through another`,
    );
  }
}

function restsOn(check: GuardNode, outer: string): boolean {
  return nodesBelow(check, (node) => node.deps).some((node) => isObjectCheck(node) && node.checks.includes(outer));
}

function isObjectCheck(node: Node): node is GuardNode {
  return node.kind === "owned" || node.kind === "permitted" || node.kind === "unowned";
}

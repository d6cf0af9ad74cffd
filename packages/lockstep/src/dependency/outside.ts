/** Running without a request: the nodes that have no value then. */
import { BuildError } from "../problem/error.ts";
import { declaredAs, type InputPlace } from "./input-place.ts";
import type { Node } from "./node.ts";

function inputLabel({ kind, name }: InputPlace): string {
  if (kind === "response" || kind === "work") return name;
  return name === "" ? `the input ${declaredAs(kind)}()` : `the input ${kind}("${name}")`;
}

/** The error of a node whose value comes from a request, in a run without one. */
export function outside(node: Node): BuildError {
  const what = node.kind === "input" ? inputLabel(node.input) : node.kind === "same-site" ? "sameSite()" : "a security scheme";
  return new BuildError(
    "wrong_dependency",
    `Pass a value with run(dependency, { with: [[it, value]] }): ${what} has no value outside a request`,
  );
}

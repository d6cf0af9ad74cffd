/** Plain values: what `depends()` and `resource()` give. They are no verbs and cannot refuse. */
import { Denial } from "../access/deny.ts";
import { BuildError } from "../problem/error.ts";
import type { Node } from "./node.ts";
import { isConstant } from "./stand-in.ts";

/**
 * Checks that a plain value is no denial: the handler would get it as if it were a value, and the request would go on.
 *
 * @throws BuildError `wrong_result`
 */
export function checkPlain(node: Node, value: unknown): void {
  if (!(value instanceof Denial) || isConstant(node)) return;
  const verb = node.kind === "resource" ? "resource()" : "depends()";
  throw new BuildError("wrong_result", `${verb} cannot refuse: use authenticate(), authorize() or owned() to deny()`);
}

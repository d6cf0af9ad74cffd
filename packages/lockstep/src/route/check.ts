/**
 * The rules of a route at start-up: the same as the compiler's (`route.ts`), for JavaScript callers, for `any`, and for
 * what types cannot see. Every message says what to write instead, and where.
 */
import { checkReason } from "../dependency/reason.ts";
import { openIds, usedParameters } from "../dependency/fact.ts";
import { declaredAs, isBody, isMessages, isStreamed } from "../dependency/input-place.ts";
import { type Entry, factsOfEntries, type Node } from "../dependency/node.ts";
import type { BuildCode } from "../problem/code.ts";
import { BuildError } from "../problem/error.ts";
import { publicAndAuthenticated, shadowed, unchecked, undeclared, unprotected, unused } from "./advice.ts";
import { checkCallbackSources } from "./check-callbacks.ts";
import { checkObjects } from "./check-objects.ts";
import { checkScopesAsked } from "./check-scopes.ts";
import type { Route } from "./route.ts";
import type { Segment } from "./template.ts";

/** Ends the start with a message about one route. */
export type Fail = (code: BuildCode, message: string) => never;

/** What the rules look at. */
export interface Checked {
  readonly route: Route;
  readonly segments: readonly Segment[];
  readonly entries: readonly Entry[];
  /** Every node that the route reaches, the API's guard included. */
  readonly nodes: readonly Node[];
}

/**
 * @throws BuildError `unprotected_route`, `unchecked_object`, `scopes_unasked`, `public_and_authenticated`, `wrong_parameter`, …
 */
export function checkRoute(checked: Checked): void {
  const { route, segments } = checked;
  const where = `${route.method} ${route.template}`;
  const fail: Fail = (code, message) => {
    throw new BuildError(code, `${where}: ${message}`);
  };
  checkAccess(checked, where, fail);
  checkParameters(route, segments, fail);
  checkScopesAsked(checked, fail);
  checkObjects(checked, fail);
  checkShape(route, fail);
  checkBody(checked, fail);
  checkCallbackSources(checked, fail);
  checkMessages(checked, fail);
}

function checkAccess({ route, entries }: Checked, where: string, fail: Fail): void {
  const own = factsOfEntries(route.definition.entries);
  const all = factsOfEntries(entries);
  const isPublic = route.definition.public !== undefined;
  if (isPublic) checkReason(where, route.definition.public);
  if (isPublic && all.has("authenticated") && !own.has("authenticated")) {
    fail(
      "public_and_authenticated",
      "remove public, or guard the other routes with a group: the API's guard authenticates every route",
    );
  }
  if (isPublic && all.has("authenticated")) {
    fail("public_and_authenticated", publicAndAuthenticated);
  }
  if (!isPublic && !own.has("authenticated")) {
    const more = all.has("authenticated") ? " (the API's guard does not replace what a route declares)" : "";
    fail("unprotected_route", `${unprotected}${more}`);
  }
  const ids = openIds(all);
  if (ids.length > 0) {
    fail("unchecked_object", unchecked(ids));
  }
}

function checkParameters(route: Route, segments: readonly Segment[], fail: Fail): void {
  const used = new Set(usedParameters(factsOfEntries(route.definition.entries)));
  const declared = segments.filter(({ kind }) => kind === "parameter").map(({ text }) => text);
  for (const name of declared) {
    if (!used.has(name)) fail("wrong_parameter", unused(name));
  }
  for (const name of used) {
    if (!declared.includes(name)) fail("wrong_parameter", undeclared(name));
  }
}

function checkShape(route: Route, fail: Fail): void {
  const { definition } = route;
  const keys = definition.entries.map(({ key }) => key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) fail("duplicate_dependency", shadowed(twice));
}

/** A WebSocket has one dependency for its messages, and only its handler has it: they come when every guard has passed. */
function checkMessages({ route, entries, nodes }: Checked, fail: Fail): void {
  const all = nodes.filter((node) => node.kind === "input" && isMessages(node.input));
  if (route.definition.socket === undefined) {
    if (all.length > 0) fail("wrong_input", "declare the route with websocket(): it has messages()");
    return;
  }
  if (all.length !== 1) fail("wrong_input", "list one messages() among the dependencies of a websocket() route");
  if (!entries.some(({ node, gate }) => node === all[0] && gate === undefined))
    fail("wrong_input", "list messages() among the dependencies of the route itself: no group and no other dependency can have it");
  if (nodes.some((node) => node.deps.some((below) => below.node === all[0])))
    fail("wrong_input", "take messages() out of the other dependencies: messages come when all of them have run");
}

function checkBody({ route, nodes }: Checked, fail: Fail): void {
  const bodies = nodes.flatMap((node) => (node.kind === "input" && isBody(node.input) ? [node.input] : []));
  const kinds = new Set(bodies.map(({ kind }) => kind));
  if (kinds.has("body") && kinds.has("form")) fail("wrong_input", "use body() or form(), not both: a request has one body");
  const streamed = bodies.find(isStreamed);
  if (streamed !== undefined && bodies.length > 1) {
    const name = declaredAs(streamed.kind);
    fail("wrong_input", `read the body with one ${name}() and nothing else: its pieces are not kept for a second input`);
  }
  if (bodies.length > 0 && (route.method === "GET" || route.method === "DELETE")) {
    fail("wrong_input", `use query() or another method: ${route.method} has no body`);
  }
}

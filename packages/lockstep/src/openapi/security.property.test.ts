/** Random guards on random sets of schemes: what the document says is what the evaluator does, for every set of credentials. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { identified } from "../access/identified.ts";
import { scopes } from "../access/scopes.ts";
import { anyOf } from "../dependency/any-of.ts";
import { AppValues } from "../dependency/app-values.ts";
import type { AnyDependency, Dependency } from "../dependency/dependency.ts";
import { depends } from "../dependency/depends.ts";
import { Execution } from "../dependency/execution.ts";
import { type Entry, factsOfEntries } from "../dependency/node.ts";
import { optional } from "../dependency/optional.ts";
import { compile, type Plan, type Variant } from "../dependency/plan.ts";
import { createApi } from "../route/api.ts";
import { get, type Route } from "../route/route.ts";
import { unchecked } from "../route/unchecked.ts";
import { apiKeyCookie } from "../scheme/api-key-cookie.ts";
import { apiKeyHeader } from "../scheme/api-key-header.ts";
import { Redacted } from "../secret/redacted.ts";
import type { OpenApiDocument, SecurityRequirement } from "./openapi.ts";
import { securityOf } from "./security.ts";

/** One node of a random guard: what it does, and which earlier nodes it does it to. Nodes are shared, as in a real graph. */
interface Step {
  readonly verb: "all" | "anyOf" | "optional" | "authenticate" | "authorize" | "scopes";
  readonly operands: readonly number[];
}

interface Guard {
  readonly schemes: number;
  readonly steps: readonly Step[];
  readonly roots: readonly number[];
}

const places = fc.array(fc.nat(30), { minLength: 1, maxLength: 3 });
const step = fc.record<Step>({
  verb: fc.constantFrom(
    "all",
    "anyOf",
    "anyOf",
    "optional",
    "authenticate",
    "authenticate",
    "authenticate",
    "authorize",
    "scopes",
    "scopes",
    "scopes",
  ),
  operands: places,
});
const guards = fc.record<Guard>({
  schemes: fc.integer({ min: 1, max: 5 }),
  steps: fc.array(step, { minLength: 1, maxLength: 12 }),
  roots: places,
});

/** What a credential grants in this run. */
let granted = "s";

function build({ schemes, steps, roots }: Guard): Entry[] {
  const settings = { scopes: { s: "The one scope" } };
  const nodes: AnyDependency[] = Array.from({ length: schemes }).flatMap((_, index) => {
    // Some are ambient: their branches are tried last.
    const scheme =
      index % 3 === 2
        ? apiKeyCookie({ name: `c${index}`, schemeName: `S${index}`, ...settings })
        : apiKeyHeader({ name: `X-${index}`, schemeName: `S${index}`, ...settings });
    return [scheme, apply("authenticate", { d0: scheme })];
  });
  for (const { verb, operands } of steps) {
    nodes.push(apply(verb, Object.fromEntries(operands.map((place, index) => [`d${index}`, pick(nodes, place)]))));
  }
  // The last node is a root, so that what was built counts.
  return [nodes.length - 1, ...roots].map((place, index) => ({ key: `r${index}`, node: pick(nodes, place)["~dep"] }));
}

function pick(nodes: readonly AnyDependency[], place: number): AnyDependency {
  const found = nodes[place % nodes.length];
  assert.ok(found);
  return found;
}

type Everything = Dependency<object, "credential" | "authenticated" | "scoped" | "scope:s">;

function apply(verb: Step["verb"], deps: Readonly<Record<string, AnyDependency>>): AnyDependency {
  const facts = new Set(Object.values(deps).flatMap((dep) => [...dep["~dep"].facts]));
  // The compiler cannot know the facts of a random graph; they are looked up, and a verb that lacks one is left out.
  const known = deps as Readonly<Record<string, Everything>>;
  const first = known["d0"];
  assert.ok(first);
  const own = first["~dep"].facts;
  if (verb === "anyOf") return anyOf(deps);
  if (verb === "optional") return optional(first);
  if (verb === "authenticate" && facts.has("credential"))
    return authenticate(known, () => identified({}, { sub: "x", scope: granted }));
  if (verb === "authorize" && facts.has("authenticated")) return authorize(known, () => ({}));
  if (verb === "scopes" && own.has("authenticated") && own.has("scoped")) return scopes(first, "s");
  return depends(deps, () => ({}));
}

/** Runs what the plan says, with valid credentials for the schemes that are present. */
function isLetIn(plan: Plan, variant: Variant, scope: string): boolean {
  granted = scope;
  const credentials: unknown[] = plan.schemes.map((scheme) =>
    variant.schemes.includes(scheme) ? new Redacted("valid") : undefined,
  );
  return new Execution(variant, credentials, undefined, new AppValues()).advance(Infinity) === undefined;
}

interface Count {
  accepted: number;
  refused: number;
  scoped: number;
}

/** Whether the document and the evaluator agree about every set of credentials, and about the scopes that are needed. */
function agrees(entries: readonly Entry[], documented: readonly SecurityRequirement[], count: Count): boolean {
  const security = documented.length === 0 ? [{}] : documented;
  const plan = compile(entries);
  const used = new Set<string>();
  const each = plan.outcomes.map((outcome, bits) => {
    const present = new Set(plan.schemes.filter((_, index) => (bits & (1 << index)) !== 0).map(({ scheme }) => scheme.name));
    const isDocumented = security.some((requirement) => Object.keys(requirement).every((name) => present.has(name)));
    const isAccepted = outcome.kind === "run" && isLetIn(plan, outcome, "s");
    count[isAccepted ? "accepted" : "refused"] += 1;
    if (outcome.kind !== "run") return isDocumented === isAccepted;
    const names = outcome.schemes.map(({ scheme }) => scheme.name).toSorted();
    used.add(names.join());
    // What is used stands in the document exactly, with a scope where the evaluator would refuse without one.
    const requirement = security.find((one) => Object.keys(one).toSorted().join() === names.join());
    const needsScope = !isLetIn(plan, outcome, "");
    count.scoped += needsScope ? 1 : 0;
    return (
      isDocumented && isAccepted && requirement !== undefined && needsScope === Object.values(requirement).flat().includes("s")
    );
  });
  return each.every(Boolean) && used.size === security.length;
}

/** Sends a real request for every set of credentials, and compares the answer with what the API's own document says. */
async function answersAsDocumented(entries: readonly Entry[], count: Count): Promise<void> {
  const isPublic = !factsOfEntries(entries).has("authenticated");
  const { definition } = get("/", { public: "a template for the route below", response: unchecked("a test") }, () => ({}));
  const route: Route = {
    method: "GET",
    template: "/",
    definition: { ...definition, public: isPublic ? "random" : undefined, entries },
  };
  const api = createApi({ title: "Random", version: "1", routes: [route], audit: () => {} });
  const security = api.openapi().paths["/"]?.get?.security ?? [];
  const names = Object.keys(api.openapi().components.securitySchemes ?? {});
  for (let bits = 0; bits < 2 ** names.length; bits += 1) {
    const present = names.filter((_, index) => (bits & (1 << index)) !== 0);
    const isDocumented =
      security.length === 0 || security.some((requirement) => Object.keys(requirement).every((name) => present.includes(name)));
    granted = "s";
    const response = await api.fetch(new Request("http://localhost/", { headers: headersOf(present, api.openapi()) }));
    assert.equal(response.status, isDocumented ? 200 : 401, `${present.join()}: ${JSON.stringify(security)}`);
    count[isDocumented ? "accepted" : "refused"] += 1;
  }
}

/** Credentials where the document says that they belong. */
function headersOf(present: readonly string[], { components }: OpenApiDocument): Headers {
  const headers = new Headers();
  const cookies: string[] = [];
  for (const name of present) {
    const scheme = components.securitySchemes?.[name];
    if (scheme?.["in"] === "cookie") cookies.push(`${String(scheme["name"])}=valid`);
    else headers.set(String(scheme?.["name"]), "valid");
  }
  if (cookies.length > 0) headers.set("cookie", cookies.join("; "));
  return headers;
}

/** The document with one thing wrong. */
function mutantsOf(security: readonly SecurityRequirement[]): SecurityRequirement[][] {
  const others = (index: number) => security.filter((_, at) => at !== index);
  const only = (requirement: SecurityRequirement, name: string) => ({ [name]: requirement[name] ?? [] });
  return security.flatMap((requirement, index) => {
    const names = Object.keys(requirement);
    if (names.length === 0) return [others(index)];
    const fewer = names.map((name) => Object.fromEntries(Object.entries(requirement).filter(([other]) => other !== name)));
    const flipped = Object.values(requirement).flat().length === 0 ? ["s"] : [];
    const scopesFlipped = Object.fromEntries(names.map((name) => [name, flipped]));
    return [
      ...(security.length > 1 ? [others(index)] : []),
      ...fewer.map((one) => [...others(index), one]),
      [...others(index), scopesFlipped],
      // AND written as OR, as other libraries do.
      ...(names.length > 1 ? [[...others(index), ...names.map((name) => only(requirement, name))]] : []),
    ];
  });
}

test("for every set of valid credentials, the security requirements say what the evaluator does", () => {
  const count: Count = { accepted: 0, refused: 0, scoped: 0 };
  const shapes = new Set<string>();
  fc.assert(
    fc.property(guards, (guard) => {
      const entries = build(guard);
      const security = securityOf(entries);
      for (const requirement of security) shapes.add(`${Math.min(security.length, 2)}×${Object.keys(requirement).length}`);
      assert.ok(agrees(entries, security, count), JSON.stringify(security));
    }),
    { numRuns: 1500 },
  );
  // Not vacuous: both answers, scopes, and AND, OR and optional together occur.
  for (const [what, times] of Object.entries(count)) assert.ok(times > 300, `${what}: ${times}`);
  for (const shape of ["1×1", "1×2", "2×0", "2×1", "2×2"]) assert.ok(shapes.has(shape), shape);
});

test("for every set of credentials in real requests, the API answers as its document says", async () => {
  const count: Count = { accepted: 0, refused: 0, scoped: 0 };
  await fc.assert(
    fc.asyncProperty(guards, (guard) => answersAsDocumented(build(guard), count)),
    { numRuns: 150 },
  );
  assert.ok(count.accepted > 50 && count.refused > 50, JSON.stringify(count));
});

test("a document with any one thing wrong does not agree with the evaluator", () => {
  let mutants = 0;
  fc.assert(
    fc.property(guards, (guard) => {
      const entries = build(guard);
      for (const mutant of mutantsOf(securityOf(entries))) {
        mutants += 1;
        assert.ok(!agrees(entries, mutant, { accepted: 0, refused: 0, scoped: 0 }), JSON.stringify(mutant));
      }
    }),
    { numRuns: 300 },
  );
  assert.ok(mutants > 500, `${mutants}`);
});

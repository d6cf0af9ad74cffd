/** Random guards on random sets of schemes: what the document says is what the evaluator does, for every set of credentials. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AppValues } from "../dependency/app-values.ts";
import { Execution } from "../dependency/execution.ts";
import { Graph } from "../dependency/graph.ts";
import { type Entry, factsOfEntries, type SchemeNode } from "../dependency/node.ts";
import { compile, type Plan } from "../dependency/plan.ts";
import { createApi } from "../api/api.ts";
import { get, type Route } from "../route/route.ts";
import { unchecked } from "../route/unchecked.ts";
import { Redacted } from "../secret/redacted.ts";
import type { OpenApiDocument, SecurityRequirement } from "./openapi.ts";
import { build, type Built, grant, guards } from "./random-guard.fixture.ts";
import { alternativesOf, requirementsOf } from "./security.ts";

/** Runs what the plan says, with valid credentials for the schemes that are present. */
function isLetIn(plan: Plan, names: readonly string[], scope: string): boolean {
  const isPresent = ({ scheme }: SchemeNode): boolean => names.includes(scheme.name);
  const outcome = plan.outcomes[plan.schemes.reduce((bits, scheme, index) => bits | (isPresent(scheme) ? 1 << index : 0), 0)];
  if (outcome?.kind !== "run") return false;
  grant(scope);
  const credentials: unknown[] = plan.schemes.map((scheme) => (isPresent(scheme) ? new Redacted("valid") : undefined));
  return new Execution(outcome, credentials, undefined, new AppValues()).advance(Infinity) === undefined;
}

interface Count {
  accepted: number;
  refused: number;
  scoped: number;
  chosen: number;
}

const noCount = (): Count => ({ accepted: 0, refused: 0, scoped: 0, chosen: 0 });

/** A requirement in one line: its schemes, and the scopes that one of them must grant. */
const line = (names: readonly string[], required: readonly string[]): string =>
  `${names.toSorted().join()} ${[...new Set(required)].toSorted().join()}`;

const lineOf = (requirement: SecurityRequirement): string => line(Object.keys(requirement), Object.values(requirement).flat());

/** Whether the document and the evaluator agree about every set of credentials, and about the scopes that are needed. */
function agrees({ entries, choices }: Built, documented: readonly SecurityRequirement[], count: Count): boolean {
  const security = documented.length === 0 ? [{}] : documented;
  const plan = compile(entries);
  const plans = choices.map((choice) => compile(choice));
  const expected = new Set<string>();
  const each = plan.outcomes.map((outcome, bits) => {
    const present = plan.schemes.filter((_, index) => (bits & (1 << index)) !== 0).map(({ scheme }) => scheme.name);
    const isDocumented = security.some((requirement) => Object.keys(requirement).every((name) => present.includes(name)));
    const isAccepted = outcome.kind === "run" && isLetIn(plan, present, "s t");
    count[isAccepted ? "accepted" : "refused"] += 1;
    if (outcome.kind !== "run") return isDocumented === isAccepted;
    const names = outcome.schemes.map(({ scheme }) => scheme.name);
    const own = security.filter((requirement) => line(Object.keys(requirement), []) === line(names, []));
    if (names.length === present.length) {
      // A scope is needed where the evaluator refuses without it, once for each choice of rules.
      const needs = plans.map((each) =>
        line(
          names,
          ["s", "t"].filter((scope) => !isLetIn(each, names, scope === "s" ? "t" : "s")),
        ),
      );
      for (const need of needs) expected.add(need);
      count.chosen += new Set(needs).size > 1 ? 1 : 0;
    } else if (own.length === 0) {
      // Credentials that are used only while another one is ignored: `anyOf({ maybe: optional(cookie), header })` with both.
      return isDocumented && isAccepted;
    }
    const agreeing = ["", "s", "t", "s t"].map((scope) => {
      const isDocumentedFor = own.some((one) =>
        Object.values(one)
          .flat()
          .every((name) => scope.includes(name)),
      );
      const isLetInFor = isLetIn(plan, names, scope);
      count.scoped += isLetInFor ? 0 : 1;
      return isDocumentedFor === isLetInFor;
    });
    return isDocumented && isAccepted && agreeing.every(Boolean);
  });
  const lines = new Set(security.map(lineOf));
  return each.every(Boolean) && lines.size === expected.size && [...lines].every((one) => expected.has(one));
}

/** Sends a real request for every set of credentials, and compares the answer with what the API's own document says. */
async function answersAsDocumented(entries: readonly Entry[], count: Count): Promise<void> {
  grant("s t");
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
  const count = noCount();
  const shapes = new Set<string>();
  fc.assert(
    fc.property(guards, (guard) => {
      const built = build(guard);
      const security = requirementsOf(alternativesOf(new Graph(built.entries)));
      for (const requirement of security) shapes.add(`${Math.min(security.length, 2)}×${Object.keys(requirement).length}`);
      assert.ok(agrees(built, security, count), JSON.stringify(security));
    }),
    { numRuns: 800 },
  );
  // Not vacuous: both answers, scopes, rules that demand different ones, and AND, OR and optional together occur.
  for (const [what, times] of Object.entries(count)) assert.ok(times > (what === "chosen" ? 20 : 200), `${what}: ${times}`);
  for (const shape of ["1×1", "1×2", "2×0", "2×1", "2×2"]) assert.ok(shapes.has(shape), shape);
});

test("for every set of credentials in real requests, the API answers as its document says", async () => {
  const count = noCount();
  await fc.assert(
    fc.asyncProperty(guards, (guard) => answersAsDocumented(build(guard).entries, count)),
    { numRuns: 150 },
  );
  assert.ok(count.accepted > 50 && count.refused > 50, JSON.stringify(count));
});

test("a document with any one thing wrong does not agree with the evaluator", () => {
  let mutants = 0;
  fc.assert(
    fc.property(guards, (guard) => {
      const built = build(guard);
      const security = requirementsOf(alternativesOf(new Graph(built.entries)));
      // The evaluator does not check which scheme of a requirement has a scope.
      const right = new Set(security.map(lineOf));
      for (const mutant of mutantsOf(security)) {
        if (right.size === new Set([...right, ...mutant.map(lineOf)]).size && right.size === new Set(mutant.map(lineOf)).size)
          continue;
        mutants += 1;
        assert.ok(!agrees(built, mutant, noCount()), JSON.stringify(mutant));
      }
    }),
    { numRuns: 150 },
  );
  assert.ok(mutants > 250, `${mutants}`);
});

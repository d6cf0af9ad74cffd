/** Who may call which route, in tables that a reviewer can read. The tests call every route as everybody and compare. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ask, ask, type CallerName, formOf, type Ids, type Teams } from "./teams.fixture.ts";

/**
 * The answers by rule. `ok` is the success of the route. Eve owns another organisation: nothing in this one exists for her. A key
 * of the organisation does what a member does, within its scopes.
 */
const rules = table(`
  rule      anonymous  viewer  member  admin  owner  eve  support  key  readOnlyKey
  open      ok         ok      ok      ok     ok     ok   ok       ok   ok
  signed    401        401     401     401    401    401  401      401  401
  caller    401        ok      ok      ok     ok     ok   ok       ok   ok
  person    401        ok      ok      ok     ok     ok   ok       401  401
  viewer    401        ok      ok      ok     ok     404  ok       ok   ok
  auditor   401        403     403     ok     ok     404  ok       403  403
  member    401        403     ok      ok     ok     404  403      ok   403
  author    401        403     ok      ok     ok     404  403      403  403
  admin     401        403     403     ok     ok     404  403      403  403
  owner     401        403     403     403    ok     404  403      403  403
`);
/** Making a key needs a person who has signed in: a key is 401 before its role counts. */
rules.set("maker", new Map([...(rules.get("admin") ?? []), ["key", "401"], ["readOnlyKey", "401"]]));
/** Only the person with the invited address finds an invitation: here, nobody. */
rules.set(
  "invited",
  new Map([...(rules.get("person") ?? [])].map(([caller, answer]) => [caller, answer === "ok" ? "403" : answer])),
);

/** A route: who may call it, its success, and a body that it accepts: JSON, or a form. */
export interface Row {
  readonly line: string;
  readonly rule: string;
  readonly success: number;
  readonly json?: (ids: Ids) => unknown;
}

/** The body of a request to a route, with ids. */
export function bodyOf({ json }: Row, ids: Ids): Ask {
  const body = json?.(ids);
  return body instanceof FormData ? { body } : { json: body };
}

const inside = "/organisations/:organisation";
const projects = `${inside}/projects`;
const tasks = `${projects}/:project/tasks`;
const comments = `${tasks}/:task/comments`;
const attachments = `${tasks}/:task/attachments`;

export const routes: readonly Row[] = [
  route("GET /health", "open"),
  route("GET /organisations", "caller"),
  route("POST /organisations", "person", 201, () => ({ name: "New" })),
  route("POST /invitations/accept", "invited", 200, () => ({ token: "unknown" })),

  route(`GET ${inside}`, "viewer"),
  route(`PATCH ${inside}`, "admin", 200, () => ({ name: "Renamed" })),
  route(`DELETE ${inside}`, "owner", 204),

  route(`GET ${inside}/members`, "viewer"),
  route(`PATCH ${inside}/members/:member`, "admin", 200, () => ({ role: "viewer" })),
  route(`DELETE ${inside}/members/:member`, "admin", 204),

  route(`GET ${inside}/invitations`, "auditor"),
  route(`POST ${inside}/invitations`, "admin", 201, () => ({ email: "somebody@example.com", role: "viewer" })),
  route(`DELETE ${inside}/invitations/:invitation`, "admin", 204),

  route(`GET ${inside}/api-keys`, "auditor"),
  route(`POST ${inside}/api-keys`, "maker", 201, () => ({ name: "new", scopes: ["teams:read"], expiresInDays: 1 })),
  route(`DELETE ${inside}/api-keys/:key`, "admin", 204),

  route(`GET ${inside}/events`, "viewer"),
  route(`GET ${inside}/events.csv`, "auditor"),

  route(`GET ${inside}/webhooks`, "auditor"),
  route(`POST ${inside}/webhooks`, "admin", 201, () => ({ url: "https://hooks.example.com/" })),
  route(`DELETE ${inside}/webhooks/:webhook`, "admin", 204),
  route(`GET ${inside}/webhooks/:webhook/deliveries`, "auditor"),
  route("POST /hooks/stripe", "signed"),

  route(`GET ${projects}`, "viewer"),
  route(`POST ${projects}`, "member", 201, () => ({ name: "New" })),
  route(`GET ${projects}/:project`, "viewer"),
  route(`PATCH ${projects}/:project`, "member", 200, () => ({ name: "Renamed" })),
  route(`DELETE ${projects}/:project`, "admin", 204),

  route(`GET ${tasks}`, "viewer"),
  route(`POST ${tasks}`, "member", 201, () => ({ title: "New" })),
  route(`GET ${tasks}/:task`, "viewer"),
  route(`PATCH ${tasks}/:task`, "member", 200, () => ({ status: "done" })),
  route(`PUT ${tasks}/:task/assignee`, "member", 200, ({ member }) => ({ memberId: member })),
  route(`DELETE ${tasks}/:task`, "member", 204),

  route(`GET ${comments}`, "viewer"),
  route(`POST ${comments}`, "member", 201, () => ({ text: "New" })),
  route(`DELETE ${comments}/:comment`, "author", 204),

  route(`GET ${attachments}`, "viewer"),
  route(`POST ${attachments}`, "member", 201, () => formOf("New")),
  route(`GET ${attachments}/:attachment`, "viewer"),
  route(`DELETE ${attachments}/:attachment`, "member", 204),
];

function route(line: string, rule: string, success = 200, json?: Row["json"]): Row {
  return { line, rule, success, ...(json && { json }) };
}

/** Reads a table of text: the first row has the callers, the first column the rules. */
function table(text: string): Map<string, Map<string, string>> {
  const [[, ...callers] = [], ...lines] = text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return new Map(
    lines.map(([rule = "", ...answers]) => [rule, new Map(answers.map((answer, index) => [callers[index] ?? "", answer]))]),
  );
}

export const callers = [...(rules.get("open")?.keys() ?? [])] as CallerName[];

/** The line of a route with ids in place of their names. */
export function lineOf({ line }: Row, ids: Ids): string {
  return line.replaceAll(/:(\w+)/g, (_, name: keyof Ids) => ids[name]);
}

/** Tests every route as everybody, and every id of another organisation. */
export function testMatrix(teams: Promise<Teams>): void {
  test("has every route of the application", async () => {
    const { api, auth } = await teams;
    const others = new Set(auth.routes.map(({ method, template }) => `${method} ${template}`));
    const own = api.routes
      .map(({ method, template }) => `${method} ${template}`)
      .filter((line) => !others.has(line) && !/^GET \/(?:docs|openapi\.json)/.test(line));
    assert.deepEqual(own.toSorted(), routes.map(({ line }) => line).toSorted());
  });

  for (const row of routes) {
    test(`${row.line}: ${row.rule}`, async () => {
      const { as, acme, database } = await teams;
      const expected: Record<string, string> = {};
      const answered: Record<string, string> = {};
      for (const caller of callers) {
        const answer = rules.get(row.rule)?.get(caller) ?? "";
        expected[caller] = answer === "ok" ? String(row.success) : answer;
        await database.begin();
        const { status } = await ask(as(caller), lineOf(row, acme), bodyOf(row, acme));
        await database.rollBack();
        answered[caller] = String(status);
      }
      assert.deepEqual(answered, expected);
    });
  }
}

/** Tests every id in a path and in a body with that of another organisation, which the caller owns or not. */
export function testOtherIds(teams: Promise<Teams>): void {
  for (const row of routes) {
    for (const [, name = ""] of row.line.matchAll(/:(\w+)/g)) {
      test(`${row.line} with another organisation's ${name} is 404`, async () => {
        const { as, acme, other, database } = await teams;
        // The owner of one organisation tries an id of the other, both ways.
        for (const [caller, mine, theirs] of [
          ["owner", acme, other],
          ["eve", other, acme],
        ] as const) {
          await database.begin();
          const mixed = { ...mine, [name]: theirs[name as keyof Ids] };
          const { status } = await ask(as(caller), lineOf(row, mixed), bodyOf(row, mine));
          const control = await ask(as(caller), lineOf(row, mine), bodyOf(row, mine));
          await database.rollBack();
          assert.deepEqual([status, control.status], [404, row.success], caller);
        }
      });
    }
    if (row.json === undefined) continue;
    test(`${row.line} with another organisation's ids in the body changes nothing`, async () => {
      const { as, acme, other, database } = await teams;
      await database.begin();
      const { status } = await ask(as("owner"), lineOf(row, acme), bodyOf(row, other));
      await database.rollBack();
      const hasIds = JSON.stringify(row.json?.(other)) !== JSON.stringify(row.json?.(acme));
      assert.equal(status, hasIds ? 404 : row.rule === "invited" ? 403 : row.success);
    });
  }
}

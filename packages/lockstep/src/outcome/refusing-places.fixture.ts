/** Every place where an application may refuse, every form in which it may write it, and one request to such a place. */
import assert from "node:assert/strict";
import { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { authorize } from "../access/authorize.ts";
import { owned } from "../access/owned.ts";
import { permitted } from "../access/permitted.ts";
import { unowned } from "../access/unowned.ts";
import { untyped } from "../access/untyped.fixture.ts";
import { user, userKey } from "../dependency/caller.fixture.ts";
import type { AnyDependency } from "../dependency/dependency.ts";
import { depends } from "../dependency/depends.ts";
import { optional } from "../dependency/optional.ts";
import { resource } from "../dependency/resource.ts";
import {
  type ApiOptions,
  type AuditEvent,
  createApi,
  firstOf,
  get,
  group,
  nothing,
  path,
  query,
  type Route,
  unchecked,
} from "../index.ts";

export type Give = () => never;
export type GiveLater = () => Promise<never>;

const nobody = (): never | undefined => undefined;

/** Every form in which a refusal is written. The value behind a statement would let through. */
export function formsOf(refuse: Give): Readonly<Record<string, Give>> {
  return {
    statement: () => {
      refuse();
    },
    return: () => refuse(),
    throw: () => {
      // It throws by itself; the statement is tested.
      // oxlint-disable-next-line typescript/only-throw-error
      throw refuse();
    },
    "or else": () => nobody() ?? refuse(),
  };
}

/** What a form is given to: a function that ends at once, and one that ends later. */
export const timings: Readonly<Record<string, (give: Give) => Give | GiveLater>> = {
  sync: (give) => give,
  async: (give) => async () => {
    await Promise.resolve();
    return give();
  },
};

const id = path("id", z.string());
const note = { id: "n1", ownerId: "user" };
const admin = authorize({ user }, ({ user }) => user, { reach: "any" });
const answer = unchecked("a test");
/** A route whose handler lets through whatever its dependencies let through. */
export const of = (deps: Record<string, AnyDependency>): Route =>
  // The dependencies that are tested come without their types.
  Reflect.apply(get, undefined, ["/notes/:id", { deps: { user, seg, ...deps }, response: answer }, () => "let through"]);
/** The path parameter of every route, which names no object. */
export const seg = path("id", z.string(), { identifies: nothing("a test") });

/** One place. */
export interface Place {
  /** The route that contains the function. */
  readonly route: (run: GiveLater) => Route;
  readonly status: number;
  readonly type: AuditEvent["type"];
  readonly at: string;
  /** Whether the function of this place may be asynchronous. Default true. */
  readonly later?: false;
}

const denied = { status: 403, type: "authorization.denied" } as const;
const hidden = { status: 404, type: "object.hidden", at: "it" } as const;
/** The places, by name. The functions throw, so their result may have any type. */
export const places: Readonly<Record<string, Place>> = {
  authenticate: {
    route: (run) => of({ it: authenticate({ key: userKey }, run) }),
    status: 401,
    type: "authentication.failed",
    at: "it",
  },
  authorize: { route: (run) => of({ it: authorize({ user }, run) }), ...denied, at: "it" },
  "the load of owned": { route: (run) => of({ it: owned({ id, user }, run, (it: typeof note) => it.ownerId) }), ...hidden },
  "the owner of owned": {
    route: (run) =>
      of({
        it: untyped.owned(
          { id, user },
          () => note,
          (_note: object) => run(),
        ),
      }),
    ...hidden,
  },
  "the predicate of owned": {
    route: (run) =>
      of({
        it: untyped.owned(
          { id, user },
          () => note,
          (_note: object, _values: object) => run(),
        ),
      }),
    ...hidden,
  },
  permitted: { route: (run) => of({ it: permitted({ id, admin }, run) }), ...hidden },
  unowned: { route: (run) => of({ it: unowned("published", { id }, run) }), ...hidden },
  depends: { route: (run) => of({ it: depends({ user }, run) }), ...denied, at: "it" },
  "depends below a verb": {
    route: (run) => of({ it: authenticate({ key: userKey, db: depends({}, run) }, () => ({ id: 1 })) }),
    ...denied,
    at: "it → db",
  },
  "a resource that opens": {
    route: (run) =>
      of({
        it: resource({ user }, async function* () {
          yield await run();
        }),
      }),
    ...denied,
    at: "it",
  },
  "a synchronous resource that opens": {
    route: (run) =>
      of({
        it: resource({ user }, function* () {
          yield run();
        }),
      }),
    ...denied,
    at: "it",
    later: false,
  },
  "a resource that closes": {
    route: (run) =>
      of({
        it: resource({ user }, async function* () {
          yield 1;
          await run();
        }),
      }),
    ...denied,
    at: "the handler",
  },
  "a synchronous resource that closes": {
    route: (run) =>
      of({
        it: resource({ user }, function* () {
          yield 1;
          void run();
        }),
      }),
    ...denied,
    at: "the handler",
    later: false,
  },
  "the role of roles()": {
    route: (run) => of({ it: untyped.roles({ admin: [] }, user, run).require("admin") }),
    ...denied,
    at: "it",
    later: false,
  },
  "every rule of firstOf()": {
    route: (run) => of({ it: firstOf({ rule: authorize({ user }, run), other: authorize({ user }, run) }) }),
    ...denied,
    at: "it → rule",
  },
  handler: { route: (run) => get("/notes/:id", { deps: { user, seg }, response: answer }, run), ...denied, at: "the handler" },
  "the schema of an input": {
    route: (run) => of({ it: query("q", z.string().default("x").transform(run)) }),
    ...denied,
    at: "it",
    later: false,
  },
  "the schema of the response": {
    route: (run) => get("/notes/:id", { deps: { user, seg }, response: z.string().refine(run) }, () => "x"),
    ...denied,
    at: "the handler",
    later: false,
  },
  "a group's guard": {
    route: (run) =>
      group({ prefix: "/notes", deps: { it: authorize({ user }, run) } }).get("/:id", { deps: { seg } }, () => "let through"),
    ...denied,
    at: "it",
  },
  "below what is optional": {
    route: (run) => of({ it: optional(authenticate({ key: userKey }, run)) }),
    status: 401,
    type: "authentication.failed",
    at: "it → value",
  },
};

/** Serves one route and asks it once, with a credential. */
export async function ask(
  route: Route,
  options: Partial<ApiOptions> = {},
): Promise<{ status: number; body: string; events: readonly object[] }> {
  const events: object[] = [];
  const unexpected: unknown[] = [];
  const api = createApi({
    title: "t",
    version: "1",
    audit: ({ at: _at, requestId: _id, route: _route, subjects: _subjects, ...event }) => void events.push(event),
    onError: (error) => void unexpected.push(error),
    routes: [route],
    ...options,
  });
  const response = await api.fetch(new Request("https://x/notes/n1", { headers: { "x-user": "read" } }));
  assert.deepEqual(unexpected, [], "a refusal is not an unexpected error");
  return { status: response.status, body: await response.text(), events };
}

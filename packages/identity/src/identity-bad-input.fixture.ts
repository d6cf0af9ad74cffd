/** An application to which tests send bad input, with assertions about the answers. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type Answer, type Ask, codeOf, type IdentityApi, openIdentityApi } from "./identity.fixture.ts";
import type { TestDatabase } from "./store/database.fixture.ts";
import { identitySchema } from "./store/schema.ts";
import { all, type Row, sql } from "./store/statement.ts";

/** The content type of JSON bodies. */
export const json = "application/json";
/** The content type of forms. */
export const form = "application/x-www-form-urlencoded";

/** A route as it is documented, with ids in its path that do not exist. */
export interface Operation {
  readonly method: string;
  readonly template: string;
  readonly path: string;
  readonly takes: typeof json | typeof form | undefined;
}

/** An id that does not exist. */
export const noId = "00000000-0000-4000-8000-000000000000";
const idOf = (template: string): string => {
  const id = template.startsWith("/auth/service-accounts")
    ? "nobody"
    : template.startsWith("/auth/api-keys")
      ? "0123456789AB"
      : noId;
  return template.replace("{id}", id).replace("{keyId}", "0123456789AB");
};

function operationsOf({ api }: IdentityApi): readonly Operation[] {
  return Object.entries(api.openapi().paths)
    .filter(([template]) => /^\/(?:auth|\.well-known)\//.test(template))
    .flatMap(([template, item]) =>
      Object.entries(item ?? {}).map(([method, operation]: [string, { readonly requestBody?: { readonly content: object } }]) => {
        const types = Object.keys(operation.requestBody?.content ?? {});
        const takes = types.includes(json) ? json : types.includes(form) ? form : undefined;
        return { method: method.toUpperCase(), template, path: idOf(template), takes } as const;
      }),
    );
}

const statements = identitySchema.migrations
  .flat()
  .flatMap(({ text }) => [...text.matchAll(/CREATE TABLE (\w+)/g)].map(([, name = ""]) => name))
  // Without the counters, and the events about refusals.
  .filter((name) => !["identity_throttle", "identity_audit_events", "identity_audit_chain"].includes(name))
  .map((name) => sql(`SELECT * FROM ${name}`));

/** The contents of all tables, without the times of last use. */
export async function contentsOf({ options: { database } }: IdentityApi): Promise<readonly (readonly Row[])[]> {
  const timeless = (rows: readonly Row[]) => rows.map(({ seen_at: _seen, used_at: _used, ...others }) => ({ ...others }));
  return Promise.all(statements.map(async (statement) => timeless(await database.run(all(statement)))));
}

/** An application, and assertions about its answers. */
export interface World extends IdentityApi {
  readonly operations: readonly Operation[];
  /** The access token of an administrator, whom every route accepts. */
  readonly token: string;
  /** Sends a request, and asserts that it is refused with a code. */
  refused(method: string, path: string, ask: Ask, what?: string): Promise<Answer>;
  /** Asserts that nothing has changed since the application was opened, and that no unexpected error happened. */
  assertUnchanged(): Promise<void>;
}

const many = { attempts: 1_000_000 };
/** Limits that are never reached: these tests are about input, not about how often it is sent. */
export const patient = {
  clientAddress: "unknown",
  signIn: { wideNetwork: many, account: { ...many, atOnce: many.attempts }, password: many },
  register: { wideNetwork: many, key: many },
  forgot: { wideNetwork: many, key: many },
  link: { wideNetwork: many },
  client: { wideNetwork: many },
  password: { key: many },
  apiKey: { wideNetwork: many, key: many },
} as const;

/** Opens an application with a row in each table. */
export async function openWorld(t: TestContext, database: TestDatabase): Promise<World> {
  const app = await openIdentityApi(t, await database.open(t), { throttle: patient });
  const root = await app.account("root");
  app.administrators.add(root.id);
  const { access: token } = await app.signIn(root);
  await app.session(root);
  await app.serviceAccount({ id: "a-service" });
  await app.auth.apiKeys.create({ owner: { account: root.id }, name: "mine", scopes: [] }, []);
  const before = await contentsOf(app);
  return {
    ...app,
    operations: operationsOf(app),
    token,
    refused: async (method, path, ask, what = "") => {
      const answer = await app.ask(method, path, ask);
      const about = `${method} ${path.slice(0, 80)} ${what.slice(0, 120)}: ${answer.status} ${answer.text.slice(0, 200)}`;
      assert.ok(answer.status >= 400 && answer.status < 500, about);
      // The answer to HEAD has no body.
      if (method !== "HEAD") assert.match(String(codeOf(answer)), /^[a-z][a-z_]+$/, about);
      return answer;
    },
    assertUnchanged: async () => {
      assert.deepEqual(await contentsOf(app), before);
      assert.deepEqual(app.errors, []);
    },
  };
}

/** Longer than any accepted text. */
export const long = "x".repeat(20_000);
/** Content types that no route accepts. */
export const wrongTypes: readonly string[] = [
  "text/plain",
  "application/xml",
  "multipart/form-data; boundary=x",
  "application/json; charset=utf-16",
  "json",
  "*/*",
  ",",
];

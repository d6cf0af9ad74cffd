/**
 * Generates a realistic API of many routes, for the type checker: modules of resources, each with its schemas, its guards and ten
 * routes (public, protected, owned, permitted, by role, by scope, with bodies and responses).
 */

/** The number of routes of one resource. */
export const routesPerResource = 10;
const resourcesPerFile = 10;

/**
 * Returns the modules of an API by file name: `security.ts`, `api-000.ts` … and `main.ts`, which passes all routes to
 * `createApi()`.
 */
export function apiModules(routeCount: number): ReadonlyMap<string, string> {
  const resources = Array.from({ length: Math.ceil(routeCount / routesPerResource) }, (_, index) => index);
  const modules = new Map([["security.ts", security]]);
  for (let start = 0; start < resources.length; start += resourcesPerFile) {
    const name = `api-${String(start).padStart(3, "0")}`;
    modules.set(`${name}.ts`, [head, ...resources.slice(start, start + resourcesPerFile).map(resource)].join("\n"));
  }
  const files = [...modules.keys()].filter((name) => name.startsWith("api-"));
  return modules.set("main.ts", main(files, resources));
}

const security = `import { z } from "zod";
import {
  anyOf, apiKeyHeader, authenticate, authorize, deny, depends, group, identified, oauth2PasswordBearer, query, roles, sameSecret,
} from "lockstep";
import type { JwtVerifier } from "lockstep/jwt";

export interface User { readonly id: string; readonly email: string; readonly role: "admin" | "editor" | "user"; readonly isActive: boolean }
export interface Row { readonly id: string; readonly ownerId: string; readonly title: string; readonly text: string }
export interface Table {
  find(id: string): Promise<Row | undefined>;
  list(where: { readonly ownerId?: string; readonly limit: number }): Promise<Row[]>;
  save(row: Partial<Row>): Promise<Row>;
}
declare const tables: { readonly users: { find(id: string): Promise<User | undefined> }; table(name: string): Table };
declare const accessTokens: JwtVerifier;

export const db = depends({}, () => tables);
export const token = oauth2PasswordBearer({ tokenUrl: "/auth/token", scopes: { "items:read": "Read", "items:write": "Change" } });
export const key = apiKeyHeader({ name: "X-API-Key" });
export const currentUser = authenticate({ claims: accessTokens.claims(token), db }, async ({ claims, db }) => {
  const user = await db.users.find(claims.sub);
  return user && identified(user, claims);
});
export const activeUser = authorize({ user: currentUser }, ({ user }) => (user.isActive ? user : deny("inactive")));
export const client = authenticate({ key }, ({ key }) => (sameSecret(key, "expected") ? { id: "service", name: "service" } : undefined));
export const caller = anyOf({ user: activeUser, service: client });
export const role = roles({ admin: ["editor"], editor: ["user"], user: [] }, activeUser, (user) => user.role, { reachAny: ["admin"] });
export const page = depends(
  { limit: query("limit", z.coerce.number().max(100).default(20)), after: query("after", z.string().optional()) },
  (values) => values,
);
export const v1 = group({ prefix: "/v1", tags: ["v1"], deps: { client } });
`;

const head = `import { z } from "zod";
import { body, del, get, owned, patch, path, permitted, post, query, reply, scopes, unowned } from "lockstep";
import { activeUser, caller, db, page, role, v1 } from "./security.ts";
`;

function resource(index: number): string {
  const name = `item${index}`;
  return `
const ${name} = z.object({ id: z.string(), ownerId: z.string(), title: z.string() });
const ${name}Change = z.object({ title: z.string().max(100), text: z.string().max(10_000) });
const ${name}Feed = z.object({ q: z.string(), via: z.enum(["user", "service"]) });
const ${name}Count = z.object({ client: z.string(), table: z.boolean() });
const own_${name} = owned(
  { id: path("id", z.uuid()), user: activeUser, db },
  ({ id, db }) => db.table("${name}").find(id),
  (row) => row.ownerId,
);
const any_${name} = permitted({ id: path("id", z.uuid()), admin: role.require("admin"), db }, ({ id, db }) => db.table("${name}").find(id));
const shown_${name} = unowned("published", { id: path("id", z.uuid()), db }, ({ id, db }) => db.table("${name}").find(id));
export const routes_${name} = [
  get("/${name}", { deps: { user: activeUser, page, db }, response: z.array(${name}) }, ({ user, page, db }) =>
    db.table("${name}").list({ ownerId: user.id, limit: page.limit })),
  post("/${name}", { deps: { user: scopes(activeUser, "items:write"), change: body(${name}Change), db }, status: 201, response: ${name} }, async ({ user, change, db }) =>
    reply(201, await db.table("${name}").save({ ...change, ownerId: user.id }))),
  get("/${name}/:id", { deps: { row: own_${name} }, response: ${name} }, ({ row }) => row),
  patch(
    "/${name}/:id",
    { deps: { row: own_${name}, user: scopes(activeUser, "items:write"), change: body(${name}Change), db }, response: ${name} },
    ({ row, change, db }) => db.table("${name}").save({ ...row, ...change }),
  ),
  del("/${name}/:id", { deps: { row: own_${name}, user: scopes(activeUser, "items:write"), db } }, async ({ row, db }) => {
    await db.table("${name}").save(row);
  }),
  get("/${name}/:id/title", { public: "titles are published", deps: { row: shown_${name} } }, ({ row }) => row.title),
  get("/admin/${name}", { deps: { admin: role.require("admin"), page, db }, response: z.array(${name}) }, ({ db, page }) =>
    db.table("${name}").list(page)),
  get("/admin/${name}/:id", { deps: { row: any_${name} }, response: ${name} }, ({ row }) => row),
  get("/feed/${name}", { deps: { caller, q: query("q", z.string()) }, response: ${name}Feed }, ({ caller, q }) =>
    ({ q, via: caller.via })),
  v1.get("/${name}/count", { deps: { db }, response: ${name}Count }, ({ client, db }) =>
    ({ client: client.name, table: db.table("${name}") !== undefined })),
];
`;
}

function main(files: readonly string[], resources: readonly number[]): string {
  const imports = files.map((file) => `import * as ${moduleName(file)} from "./${file}";`);
  const routes = resources.map((index) => {
    const start = index - (index % resourcesPerFile);
    return `  ...${moduleName(`api-${String(start).padStart(3, "0")}.ts`)}.routes_item${index},`;
  });
  return `import { createApi } from "lockstep";
import { z } from "zod";
import { key, token } from "./security.ts";
${imports.join("\n")}
void [key, token, z.object({ id: z.string() })];
export const api = createApi({
  title: "Many routes",
  version: "1.0.0",
  routes: [
${routes.join("\n")}
  ],
});
`;
}

function moduleName(file: string): string {
  return file.replace("-", "_").replace(".ts", "");
}

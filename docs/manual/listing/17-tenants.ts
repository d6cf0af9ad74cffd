import { anyOf, apiKeyHeader, authenticate, body, createApi, group } from "lockstep";
import { identified, oauth2PasswordBearer, owned, path, roles, scopes } from "lockstep";
import { jwtVerifier } from "lockstep/jwt";
import { z } from "zod";
import { issuer, keys } from "./setting.ts";

interface Membership {
  readonly id: string; // of the organisation
  readonly userId: string;
  readonly role: "owner" | "member" | "viewer";
}

// Tables, in an application.
export const memberships: readonly Membership[] = [
  { id: "acme", userId: "alice", role: "owner" },
  { id: "acme", userId: "bob", role: "viewer" },
  { id: "globex", userId: "bob", role: "owner" },
];
export const projects = new Map(
  [
    { id: "p1", organisationId: "acme", name: "Rocket" },
    { id: "p2", organisationId: "globex", name: "Reactor" },
  ].map((project) => [project.id, project]),
);
export const tasks = new Map(
  [
    { id: "t1", projectId: "p1", text: "Light the fuse" },
    { id: "t2", projectId: "p2", text: "Cool the core" },
  ].map((task) => [task.id, task]),
);

const token = oauth2PasswordBearer({
  tokenUrl: "https://login.example/token",
  scopes: { "notes:read": "Read your organisations", "notes:write": "Change your organisations" },
});
const accessTokens = jwtVerifier({ issuer, audience: "notes", keys, algorithms: ["ES256"], typ: "at+jwt" });
const claims = accessTokens.claims(token);
export const currentUser = authenticate({ claims }, ({ claims }) => identified({ id: claims.sub }, claims));

// #region membership
export const membership = owned(
  { id: path("organisation", z.string()), user: currentUser },
  ({ id, user }) => memberships.find((one) => one.id === id && one.userId === user.id),
  (membership) => membership.userId,
);
// #endregion

// #region roles
export const role = roles({ owner: ["member"], member: ["viewer"], viewer: [] }, membership, ({ role }) => role);

const inside = group({ prefix: "/organisations/:organisation" });
const viewer = inside.group({ deps: { org: scopes(role.require("viewer"), "notes:read") } });
const member = inside.group({ deps: { org: scopes(role.require("member"), "notes:write") } });
// #endregion

// #region nested
const project = owned(
  { id: path("project", z.string()), org: membership },
  ({ id }) => projects.get(id),
  (project) => project.organisationId,
  { owner: "org" },
);
const task = owned(
  { id: path("task", z.string()), project },
  ({ id }) => tasks.get(id),
  (task) => task.projectId,
  { owner: "project" },
);
// #endregion

const Project = z.object({ id: z.string(), name: z.string() });
const Task = z.object({ id: z.string(), text: z.string() });

// #region routes
const insideRoutes = [
  viewer.get("/projects", { response: z.array(Project) }, ({ org }) =>
    [...projects.values()].filter((project) => project.organisationId === org.id),
  ),
  viewer.get("/projects/:project", { deps: { project }, response: Project }, ({ project }) => project),
  viewer.get("/projects/:project/tasks/:task", { deps: { project, task }, response: Task }, ({ task }) => task),
  member.patch(
    "/projects/:project/tasks/:task",
    { deps: { project, task, change: body(z.object({ text: z.string() })) }, response: Task },
    ({ task, change }) => ({ ...task, ...change }),
  ),
];
// #endregion

// #region claim
const employee = authenticate({ claims }, ({ claims }) => {
  const found = memberships.find((one) => one.id === claims["org"] && one.userId === claims.sub);
  return found && identified(found, claims); // its id is the id of the organisation
});
// #endregion

// #region key
export const apiKeys = new Map<string, { readonly id: string; readonly scope: string }>(); // hash of a key → organisation

const program = authenticate({ key: apiKeyHeader({ name: "X-API-Key" }) }, async ({ key }) => {
  const found = apiKeys.get(await key.digest());
  return found && identified(found, { sub: found.id, scope: found.scope });
});
// #endregion

// #region tenant
const tenant = authenticate({ caller: anyOf({ employee, program }) }, ({ caller }) => caller.value);

const tenantProject = owned(
  { id: path("project", z.string()), tenant },
  ({ id }) => projects.get(id),
  (project) => project.organisationId,
);
// #endregion

const current = group({ prefix: "/current", deps: { tenant: scopes(tenant, "notes:read") } });

export const api = createApi({
  title: "Tenants",
  version: "1.0.0",
  routes: [
    ...insideRoutes,
    current.get("/projects/:project", { deps: { project: tenantProject }, response: Project }, ({ project }) => project),
  ],
});

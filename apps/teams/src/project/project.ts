/** Projects of an organisation. */
import { body } from "lockstep";
import { z } from "zod";
import type { Access } from "../access.ts";
import { removing } from "../event/event.ts";
import { columns, created, named, table, text } from "../store/query.ts";

const name = text(100);
const wanted = body(named("ProjectText", { name }));
const Project = named("Project", { ...columns, name });
export const projects = table("projects", Project);

export const projectRoutes = ({ viewer, member, admin, project }: Access) => [
  viewer.get("/projects", { response: z.array(Project) }, ({ org, db }) => db(() => projects.list(org))),
  member.post("/projects", { deps: { wanted }, ...created(Project) }, ({ change, wanted }) =>
    change("project.created", (made) => projects.insert({ ...made, ...wanted })),
  ),
  viewer.get("/projects/:project", { deps: { project }, response: Project }, ({ project }) => project),
  member.patch("/projects/:project", { deps: { project, wanted }, response: Project }, ({ change, project, wanted }) =>
    change("project.changed", () => projects.update({ ...project, ...wanted })),
  ),
  admin.del("/projects/:project", { deps: { it: project }, status: 204 }, removing("project", projects)),
];

/** Projects of an organisation. */
import { body } from "lockstep";
import { z } from "zod";
import type { Access } from "../access.ts";
import { removing } from "../event/event.ts";
import { columns, created, named, table, text } from "../store/query.ts";

const ProjectText = named("ProjectText", { name: text(100) });
const Project = named("Project", { ...columns, ...ProjectText.shape });
export const projects = table("projects", Project);

export const projectRoutes = ({ viewer, member, admin, project }: Access) => [
  viewer.get("/projects", { response: z.array(Project) }, ({ org, db }) => db(() => projects.list(org))),
  member.post("/projects", { deps: { wanted: body(ProjectText) }, ...created(Project) }, ({ change, wanted }) =>
    change("project.created", (made) => projects.insert({ ...made, ...wanted })),
  ),
  viewer.get("/projects/:project", { deps: { project }, response: Project }, ({ project }) => project),
  member.patch(
    "/projects/:project",
    { deps: { project, wanted: body(ProjectText) }, response: Project },
    ({ change, project, wanted }) => change("project.changed", () => projects.update({ ...project, ...wanted })),
  ),
  admin.del("/projects/:project", { deps: { it: project }, status: 204 }, removing("project", projects)),
];

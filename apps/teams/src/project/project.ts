/** Projects of an organisation. */
import { body } from "lockstep";
import { z } from "zod";
import type { Access } from "../access.ts";
import { columns, table } from "../store/query.ts";
import { Named } from "../text.ts";

const Project = z.object({ ...columns, name: z.string() }).meta({ id: "Project" });
export const projects = table("projects", Project);

export const projectRoutes = ({ viewer, member, admin, project }: Access) => [
  viewer.get("/projects", { response: z.array(Project) }, ({ org, db }) => db(() => projects.list(org))),
  member.post("/projects", { deps: { text: body(Named) }, response: Project, status: 201 }, ({ change, text }) =>
    change("project.created", (made) => projects.insert({ ...made, ...text })),
  ),
  viewer.get("/projects/:project", { deps: { project }, response: Project }, ({ project }) => project),
  member.patch("/projects/:project", { deps: { project, text: body(Named) }, response: Project }, ({ change, project, text }) =>
    change("project.renamed", () => projects.update({ ...project, ...text })),
  ),
  admin.del(
    "/projects/:project",
    { deps: { project }, status: 204 },
    async ({ change, project }) => void (await change("project.removed", () => projects.remove(project))),
  ),
];

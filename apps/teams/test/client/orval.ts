/** A visit with the client of orval. */
import {
  deleteOrganisationsByOrganisationProjectsByProject as removeProject,
  getOrganisations,
  getOrganisationsByOrganisationProjects as listProjects,
  getOrganisationsByOrganisationProjectsByProject as findProject,
  getOrganisationsByOrganisationProjectsByProjectTasksByTaskAttachmentsByAttachment as download,
  postAuthToken,
  postOrganisationsByOrganisationProjects as createProject,
  postOrganisationsByOrganisationProjectsByProjectTasks as createTask,
  postOrganisationsByOrganisationProjectsByProjectTasksByTaskAttachments as upload,
} from "./generated/orval.js";
import { type Learned, note, type Place } from "./visit.js";

export async function visit({ password, foreign }: Place): Promise<Learned> {
  const signIn = async (username: string) => {
    const { status, data } = await postAuthToken({ grant_type: "password", username, password });
    if (status !== 200) throw new Error(data.error);
    return { headers: { authorization: `Bearer ${data.access_token}` } };
  };
  const options = await signIn("owner@example.com");
  const organisations = await getOrganisations(options);
  if (organisations.status !== 200) throw new Error(organisations.data.code);
  const organisation = organisations.data[0]?.id ?? "";

  const created = await createProject(organisation, { name: "Generated" }, options);
  if (created.status !== 201) throw new Error(created.data.code);
  const project = created.data.id;
  const projects = await listProjects(organisation, options);
  if (projects.status !== 200) throw new Error(projects.data.code);

  const refused = await removeProject(organisation, project, await signIn("viewer@example.com"));
  const missing = await findProject(organisation, foreign, options);
  const invalid = await createProject(organisation, { name: "" }, options);

  const task = await createTask(organisation, project, { title: "Read" }, options);
  if (task.status !== 201) throw new Error(task.data.code);
  const uploaded = await upload(organisation, project, task.data.id, { file: note }, options);
  if (uploaded.status !== 201) throw new Error(uploaded.data.code);
  const downloaded = await download(organisation, project, task.data.id, uploaded.data.id, options);
  if (downloaded.status !== 200) throw new Error(`${downloaded.status}`);

  return {
    organisations: organisations.data.map(({ name }) => name),
    created: [created.status, created.data.name],
    projects: projects.data.map(({ name }) => name).toSorted(),
    refused: [refused.status, refused.status === 403 ? refused.data.code : ""],
    missing: [missing.status, missing.status === 404 ? missing.data.code : ""],
    invalid: [invalid.status, invalid.status === 422 ? invalid.data.errors?.[0]?.pointer : undefined],
    uploaded: [uploaded.status, uploaded.data.name, uploaded.data.type, uploaded.data.size],
    downloaded: [downloaded.status, await downloaded.data.text()],
  };
}

/** Calls that do not compile. The same calls without the mistake are above. */
export const mistakes = (organisation: string): readonly unknown[] => [
  // @ts-expect-error a project needs a name
  createProject(organisation, {}),
  // @ts-expect-error a project has no such member
  createProject(organisation, { name: "New", colour: "blue" }),
  // @ts-expect-error the path names an organisation
  listProjects(),
];

/** A visit with the client of @hey-api/openapi-ts. */
import { client } from "./generated/openapi-ts/client.gen.js";
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
} from "./generated/openapi-ts/sdk.gen.js";
import { type Learned, note, type Place } from "./visit.js";

export async function visit({ url, password, foreign }: Place): Promise<Learned> {
  client.setConfig({ baseUrl: url });
  const signIn = async (username: string): Promise<void> => {
    const { data, error } = await postAuthToken({ body: { grant_type: "password", username, password } });
    if (data === undefined) throw new Error(error.error);
    // The client sends the token to the routes that take one.
    client.setConfig({ auth: ({ scheme }) => (scheme === "bearer" ? data.access_token : undefined) });
  };
  await signIn("owner@example.com");
  const { data: organisations = [] } = await getOrganisations();
  const organisation = organisations[0]?.id ?? "";

  const created = await createProject({ path: { organisation }, body: { name: "Generated" } });
  const { data: projects = [] } = await listProjects({ path: { organisation } });
  const project = created.data?.id ?? "";

  const missing = await findProject({ path: { organisation, project: foreign } });
  const invalid = await createProject({ path: { organisation }, body: { name: "" } });

  const task = await createTask({ path: { organisation, project }, body: { title: "Read" } });
  const path = { organisation, project, task: task.data?.id ?? "" };
  const uploaded = await upload({ path, body: { file: note } });
  const downloaded = await download({ path: { ...path, attachment: uploaded.data?.id ?? "" }, parseAs: "blob" });

  await signIn("viewer@example.com");
  const refused = await removeProject({ path: { organisation, project } });

  return {
    organisations: organisations.map(({ name }) => name),
    created: [created.response?.status ?? 0, created.data?.name ?? ""],
    projects: projects.map(({ name }) => name).toSorted(),
    refused: [refused.response?.status ?? 0, refused.error?.code ?? ""],
    missing: [missing.response?.status ?? 0, missing.error?.code ?? ""],
    invalid: [invalid.response?.status ?? 0, invalid.error?.errors?.[0]?.pointer],
    uploaded: [uploaded.response?.status ?? 0, uploaded.data?.name ?? "", uploaded.data?.type ?? "", uploaded.data?.size ?? 0],
    downloaded: [downloaded.response?.status ?? 0, (await downloaded.data?.text()) ?? ""],
  };
}

/** Calls that do not compile. The same calls without the mistake are above. */
export const mistakes = (path: { organisation: string }): readonly unknown[] => [
  // @ts-expect-error a project needs a name
  createProject({ path, body: {} }),
  // @ts-expect-error a project has no such member
  createProject({ path, body: { name: "New", colour: "blue" } }),
  // @ts-expect-error the path names an organisation
  listProjects({}),
];

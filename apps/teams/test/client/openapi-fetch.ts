/** A visit with openapi-fetch and the types of openapi-typescript. */
import createClient, { type Client } from "openapi-fetch";
import type { paths } from "./generated/openapi-typescript.js";
import { type Learned, note, type Place } from "./visit.js";

export async function visit({ url, password, foreign }: Place): Promise<Learned> {
  const client = createClient<paths>({ baseUrl: url });
  const signIn = async (username: string) => {
    const { data, error } = await client.POST("/auth/token", {
      body: { grant_type: "password", username, password },
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    if (error !== undefined) throw new Error(error.error);
    return { authorization: `Bearer ${data.access_token}` };
  };
  const headers = await signIn("owner@example.com");
  const { data: organisations = [] } = await client.GET("/organisations", { headers });
  const organisation = organisations[0]?.id ?? "";
  const inside = { params: { path: { organisation } }, headers };

  const created = await client.POST("/organisations/{organisation}/projects", { ...inside, body: { name: "Generated" } });
  const { data: projects = [] } = await client.GET("/organisations/{organisation}/projects", inside);
  const project = created.data?.id ?? "";

  const refused = await client.DELETE("/organisations/{organisation}/projects/{project}", {
    params: { path: { organisation, project } },
    headers: await signIn("viewer@example.com"),
  });
  const missing = await client.GET("/organisations/{organisation}/projects/{project}", {
    params: { path: { organisation, project: foreign } },
    headers,
  });
  const invalid = await client.POST("/organisations/{organisation}/projects", { ...inside, body: { name: "" } });

  const tasks = await client.POST("/organisations/{organisation}/projects/{project}/tasks", {
    params: { path: { organisation, project } },
    body: { title: "Read" },
    headers,
  });
  const path = { organisation, project, task: tasks.data?.id ?? "" };
  const uploaded = await client.POST("/organisations/{organisation}/projects/{project}/tasks/{task}/attachments", {
    params: { path },
    body: { file: note },
    bodySerializer: ({ file }) => {
      const form = new FormData();
      form.append("file", file);
      return form;
    },
    headers,
  });
  const downloaded = await client.GET("/organisations/{organisation}/projects/{project}/tasks/{task}/attachments/{attachment}", {
    params: { path: { ...path, attachment: uploaded.data?.id ?? "" } },
    parseAs: "blob",
    headers,
  });

  return {
    organisations: organisations.map(({ name }) => name),
    created: [created.response.status, created.data?.name ?? ""],
    projects: projects.map(({ name }) => name).toSorted(),
    refused: [refused.response.status, refused.error?.code ?? ""],
    missing: [missing.response.status, missing.error?.code ?? ""],
    invalid: [invalid.response.status, invalid.error?.errors?.[0]?.pointer],
    uploaded: [uploaded.response.status, uploaded.data?.name ?? "", uploaded.data?.type ?? "", uploaded.data?.size ?? 0],
    downloaded: [downloaded.response.status, (await downloaded.data?.text()) ?? ""],
  };
}

/** Calls that do not compile. The same calls without the mistake are above. */
export const mistakes = (client: Client<paths>, params: { path: { organisation: string } }): readonly unknown[] => [
  // @ts-expect-error a project needs a name
  client.POST("/organisations/{organisation}/projects", { params, body: {} }),
  // @ts-expect-error a name is text
  client.POST("/organisations/{organisation}/projects", { params, body: { name: 1 } }),
  // @ts-expect-error the path names an organisation
  client.GET("/organisations/{organisation}/projects"),
];

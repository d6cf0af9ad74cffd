/** The data of the demo: people with one password, an organisation with a project, and an API key of it. */
import { randomBytes } from "node:crypto";
import { Redacted } from "lockstep";
import type { Services } from "./access.ts";
import { made } from "./event/event.ts";
import { members, Role } from "./organisation/member.ts";
import { organisations } from "./organisation/organisation.ts";
import { projects } from "./project/project.ts";
import { staff } from "./support.ts";

/** Adds the data, and returns the lines that the program prints. */
export async function addDemo({ store, auth }: Pick<Services, "store" | "auth">): Promise<string[]> {
  const password = new Redacted(randomBytes(18).toString("base64url"));
  const names = [...Role.options, "support"] as const;
  const organisation = made();
  await store.system(() => organisations.insert({ ...organisation, name: "Example", plan: "free" }));
  for (const name of names) {
    const { id } = await auth.accounts.create({ email: `${name}@example.com`, password });
    const member = { organisationId: organisation.id, id, role: name };
    await store.system<object | undefined>(() => (name === "support" ? staff.insert(member) : members.insert(member)));
  }
  await store.system(() => projects.insert({ ...made(), organisationId: organisation.id, name: "Website" }));
  const scopes = ["teams:read", "teams:write"] as const;
  const { key } = await auth.apiKeys.create({ owner: { external: `org:${organisation.id}` }, name: "demo", scopes }, scopes);
  return [
    `Accounts: ${names.map((name) => `${name}@example.com`).join(", ")}`,
    `Password: ${password.reveal()}`,
    `API key:  ${key.reveal()}`,
  ];
}

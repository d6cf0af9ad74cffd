/** The data of the demo: people with one password, an organisation with a project, and an API key of it. */
import { randomBytes } from "node:crypto";
import { Redacted } from "lockstep";
import type { Services } from "./access.ts";
import { made } from "./event/event.ts";
import { members, organisations, Role, staff } from "./organisation/organisation.ts";
import { projects } from "./project/project.ts";

/** Adds the data, and returns the lines that the program prints. With a provider, nobody has a password, and nothing is added. */
export async function addDemo({ store, auth, settings }: Pick<Services, "store" | "auth" | "settings">): Promise<string[]> {
  if (settings.provider !== undefined) return [`Sign in:  ${settings.provider.issuers.join(", ")}`];
  const password = new Redacted(randomBytes(18).toString("base64url"));
  const organisation = { ...made(), name: "Example", plan: "free" };
  const inside = { organisationId: organisation.id };
  await store.system(() => organisations.insert(organisation));
  await store.system(() => projects.insert({ ...made(), ...inside, name: "Website" }));
  const addPerson = async (name: string) => (await auth.accounts.create({ email: `${name}@example.com`, password })).id;
  for (const role of Role.options) {
    const member = { ...made(), ...inside, role, userId: await addPerson(role) };
    await store.system(() => members.insert(member));
  }
  const id = await addPerson("support");
  await store.system(() => staff.insert({ ...made(), id }));
  const scopes = ["teams:read", "teams:write"] as const;
  const { key } = await auth.apiKeys.create({ owner: { external: `org:${organisation.id}` }, name: "demo", scopes }, scopes);
  const accounts = [...Role.options, "support"].map((name) => `${name}@example.com`).join(", ");
  return [`Accounts: ${accounts}`, `Password: ${password.reveal()}`, `API key:  ${key.reveal()}`];
}

/** Who may do what: the dependencies of the routes, from the caller to the objects inside an organisation. */
import { anyOf, authenticate, authorize, deny, firstOf, owned, path, permitted, roles, scopes } from "lockstep";
import { afterAnswer, type AuditSink, depends, group } from "lockstep";
import type { Mail } from "lockstep-identity";
import type { Work } from "lockstep-identity/database";
import type { Logger } from "pino";
import { z } from "zod";
import { type Change, changed, made } from "./event/event.ts";
import { deliver, webhooks } from "./event/webhook.ts";
import type { Auth } from "./identity.ts";
import { invitations } from "./organisation/invitation.ts";
import { members, organisations, staff } from "./organisation/organisation.ts";
import { attachments } from "./project/attachment.ts";
import { comments, projects, tasks } from "./project/project.ts";
import type { Store, Transact } from "./store/store.ts";
import type { Settings } from "./settings.ts";

/** The services that the API uses. */
export type Services = Readonly<{ store: Store; auth: Auth; mail: Mail; log: Logger; audit: AuditSink; settings: Settings }>;
/** The dependencies and the groups of the API. */
export type Access = ReturnType<typeof access>;

export function access({ auth, ...services }: Services) {
  const store = depends({}, () => services.store, { lifetime: "app" });

  // A person who signed in, or a program with a key of a person or of an organisation.
  const credential = anyOf({ person: auth.signedInUser, program: auth.apiClient });
  const caller = authenticate({ credential }, ({ credential: { value } }) => (value.kind === "service" ? undefined : value));
  const person = scopes(auth.withEmail(auth.signedInUser), "teams:write");
  const db = depends({ caller, store }, ({ caller, store }) => store.as(caller.id));

  // The organisation of the path: the caller belongs to it, or is support staff.
  const id = uuid("organisation");
  const membership = owned(
    { id, caller, db },
    async ({ id, caller, db }) => (await db(() => organisations.memberships({ id, callerId: caller.id })))[0],
    (membership) => membership.callerId,
  );
  const supporter = authorize(
    { caller, store },
    async ({ caller, store }) => ((await store.system(() => staff.find({ id: caller.id }))) ? caller : deny("not support staff")),
    { reach: "any" },
  );
  const supported = permitted({ id, supporter, db }, async ({ id, supporter, db }) => {
    const organisation = await db(() => organisations.find({ id }));
    return organisation && { ...organisation, role: "support" as const, callerId: supporter.id };
  });
  const role = roles(
    { owner: ["admin"], admin: ["member", "auditor"], support: ["auditor"], member: ["viewer"], auditor: ["viewer"], viewer: [] },
    firstOf({ membership, supported }),
    ({ role }) => role,
  );

  // The routes inside an organisation, by what they ask of the caller.
  const org = role.require("viewer");
  const change = depends({ org, db, later: afterAnswer() }, ({ org, db, later }): Change => async (type, work) => {
    const result = await db(() => changed(org, type, work({ ...made(), organisationId: org.id })));
    later(() => deliver(services));
    return result;
  });
  const inside = group({ prefix: "/organisations/:organisation" });
  const viewer = inside.group({ deps: { org: scopes(org, "teams:read"), db } });
  const auditor = inside.group({ deps: { org: scopes(role.require("auditor"), "teams:read"), db } });
  const member = inside.group({ deps: { org: scopes(role.require("member"), "teams:write"), db, change } });
  const admin = inside.group({ deps: { org: scopes(role.require("admin"), "teams:admin"), db, change } });
  const owner = inside.group({ deps: { org: scopes(role.require("owner"), "teams:admin"), db, change } });

  // The objects inside: each belongs to the one before it in the path, so the role counts only where it was given.
  const managed = owned({ id: uuid("member"), org, db }, load(members.find), (it) => it.organisationId, { owner: "org" });
  const invited = owned({ id: uuid("invitation"), org, db }, load(invitations.find), (it) => it.organisationId, { owner: "org" });
  const webhook = owned({ id: uuid("webhook"), org, db }, load(webhooks.find), (it) => it.organisationId, { owner: "org" });
  const project = owned({ id: uuid("project"), org, db }, load(projects.find), (it) => it.organisationId, { owner: "org" });
  const task = owned({ id: uuid("task"), project, db }, load(tasks.find), (it) => it.projectId, { owner: "project" });
  const comment = owned({ id: uuid("comment"), task, db }, load(comments.find), (it) => it.taskId, { owner: "task" });
  const attachment = owned({ id: uuid("attachment"), task, db }, load(attachments.find), (it) => it.taskId, { owner: "task" });
  const oneTask = { prefix: "/projects/:project/tasks/:task", deps: { project, task } } as const;
  const [taskViewer, taskMember] = [viewer.group(oneTask), member.group(oneTask)];
  const author = authorize({ comment, org }, ({ comment, org }) =>
    comment.authorId === org.callerId ? org : deny("not the author"),
  );
  const moderator = firstOf({ author, admin: role.require("admin") });
  const groups = { viewer, auditor, member, admin, owner, taskViewer, taskMember };
  const objects = { managed, invited, webhook, project, task, comment, attachment, moderator };

  return { store, caller, person, db, load, membership, org, ...groups, ...objects };
}

const uuid = <const N extends string>(name: N) => path(name, z.uuid());
function load<T>(find: (given: { readonly id: string }) => Work<T>) {
  return ({ id, db }: { readonly id: string; readonly db: Transact }): Promise<T> => db(() => find({ id }));
}

/** Organisations, their members, and what a caller is to one of them. */
import { type AuditEvent, body, deny, get, post, problem, scopes } from "lockstep";
import type { Work } from "lockstep-identity/database";
import { z } from "zod";
import type { Access, Services } from "../access.ts";
import { changed, made } from "../event/event.ts";
import { columns, created, named, row, rows, table, text } from "../store/query.ts";

export const Role = z.enum(["owner", "admin", "member", "viewer"]);
export const Member = named("Member", { ...columns, userId: z.uuid(), role: Role });
type Member = z.infer<typeof Member>;
const MemberWithEmail = named("MemberWithEmail", { ...Member.shape, email: z.string().nullable() });
const to = body(named("MemberChange", { role: Role }));

export const members = {
  ...table("members", Member),
  join: row(Member)`
    INSERT INTO members (id, organisation_id, user_id, role, created_at) VALUES (:id, :organisationId, :userId, :role, :createdAt)
    ON CONFLICT (organisation_id, user_id) DO NOTHING RETURNING *`,
};

const name = text(100);
const wanted = body(named("OrganisationText", { name }));
const about = { id: z.uuid(), name, plan: z.enum(["free", "paid"]), createdAt: z.iso.datetime() };
const Organisation = named("Organisation", about);

/** An organisation as a caller reaches it: as a member, with one of its API keys, or as support staff. */
const Membership = named("Membership", { ...about, role: z.enum([...Role.options, "support"]), callerId: z.string() });

export const organisations = {
  ...table("organisations", Organisation, "id"),
  pay: row(Organisation)`UPDATE organisations SET plan = 'paid' WHERE id = :id RETURNING *`,
  /** The organisations of a caller, or the one with an id. A key of an organisation does what its members do. */
  memberships: rows(Membership)`
    SELECT o.*, coalesce(m.role, 'member') AS role, coalesce(m.user_id, 'org:' || o.id) AS caller_id
    FROM organisations o LEFT JOIN members m ON m.organisation_id = o.id AND m.user_id = :callerId
    WHERE (m.role IS NOT NULL OR 'org:' || o.id = :callerId) AND o.id = coalesce(CAST(:id AS TEXT), o.id) ORDER BY o.name, o.id`,
};

/** The accounts of support staff: they may read every organisation. */
export const staff = table("staff", z.object({ id: z.uuid(), createdAt: z.iso.datetime() }), "id");

/** Records, in the events of an organisation, that support staff reached it, and by which route. */
export async function recordReach(event: AuditEvent, { store }: Services): Promise<void> {
  if (event.type !== "object.reached") return;
  const org = { id: String(event.ids["path.organisation"]), callerId: event.subjects.join(" ") };
  await store.system(() => changed(org, `support: ${event.route}`, organisations.find(org)));
}

export const organisationRoutes = ({ store, caller, db, person, viewer, admin, owner }: Access, { auth }: Services) => [
  get("/organisations", { deps: { caller: scopes(caller, "teams:read"), db }, response: z.array(Membership) }, ({ caller, db }) =>
    db(() => organisations.memberships({ callerId: caller.id })),
  ),
  post("/organisations", { deps: { person, store, wanted }, ...created(Organisation) }, ({ person, store, wanted }) =>
    // Nobody is a member yet, so row-level security would hide the organisation from its maker.
    store.system(function* () {
      const organisation = { ...made(), ...wanted, plan: "free" };
      const org = { id: organisation.id, callerId: person.id };
      const inserted = yield* changed(org, "organisation.created", organisations.insert(organisation));
      yield* changed(org, "member.joined", members.join({ ...made(), organisationId: org.id, userId: person.id, role: "owner" }));
      return inserted;
    }),
  ),
  viewer.get("", { response: Membership }, ({ org }) => org),
  admin.patch("", { deps: { wanted }, response: Organisation }, ({ change, org, wanted }) =>
    change("organisation.changed", () => organisations.update({ ...org, ...wanted })),
  ),
  owner.del("", { status: 204 }, async ({ org, db }) => {
    await db(() => organisations.remove(org));
    await auth.apiKeys.endAll({ owner: { external: `org:${org.id}` }, by: org.callerId });
  }),
];

const lastOwner = "An organisation keeps an owner.";
const problems = { 409: { last_owner: lastOwner } } as const;

export const memberRoutes = ({ viewer, admin, managed }: Access, { auth }: Services) => [
  viewer.get("/members", { response: z.array(MemberWithEmail) }, async ({ org, db }) => {
    const found = await db(() => members.list(org));
    const accounts = await auth.accounts.findMany(found.map(({ userId }) => userId));
    return found.map((member) => ({ ...member, email: accounts.get(member.userId)?.email ?? null }));
  }),
  admin.patch("/members/:member", { deps: { managed, to }, response: Member, problems }, ({ change, org, managed, to }) => {
    checkManages(org, managed.role, to.role);
    return change("member.changed", () => keepingOwner(org, members.update({ ...managed, ...to })));
  }),
  admin.del("/members/:member", { deps: { managed }, status: 204, problems }, async ({ change, org, managed }) => {
    checkManages(org, managed.role);
    await change("member.removed", () => keepingOwner(org, members.remove(managed)));
  }),
];

/** Only owners make, change and remove owners. */
function checkManages({ role }: { readonly role: string }, ...roles: readonly string[]): void {
  if (role !== "owner" && roles.includes("owner")) deny("only an owner manages owners");
}

/** Changes a member. If no owner is left, the problem rolls the change back. */
function* keepingOwner(org: { readonly id: string }, change: Work<Member | undefined>): Work<Member | undefined> {
  const member = yield* change;
  if (!(yield* members.list({ id: org.id })).some(({ role }) => role === "owner")) problem(409, "last_owner", lastOwner);
  return member;
}

/** Members of an organisation: accounts with a role. */
import { body, deny, problem } from "lockstep";
import type { Work } from "lockstep-identity/database";
import { z } from "zod";
import type { Access, Services } from "../access.ts";
import { columns, named, row, table } from "../store/query.ts";

export const Role = z.enum(["owner", "admin", "member", "viewer"]);
export const Member = named("Member", { ...columns, userId: z.uuid(), role: Role });
type Member = z.infer<typeof Member>;
const MemberWithEmail = named("MemberWithEmail", { ...Member.shape, email: z.string() });
const wanted = body(named("MemberChange", { role: Role }));

export const members = {
  ...table("members", Member),
  join: row(Member)`
    INSERT INTO members (id, organisation_id, user_id, role, created_at) VALUES (:id, :organisationId, :userId, :role, :createdAt)
    ON CONFLICT (organisation_id, user_id) DO NOTHING RETURNING *`,
};

const problems = { 409: "An organisation keeps an owner." } as const;

export const memberRoutes = ({ viewer, admin, managed }: Access, { auth }: Services) => [
  viewer.get("/members", { response: z.array(MemberWithEmail) }, async ({ org, db }) => {
    const found = await db(() => members.list(org));
    const accounts = await auth.accounts.findMany(found.map(({ userId }) => userId));
    return found.map((member) => ({ ...member, email: accounts.get(member.userId)?.email ?? "" }));
  }),
  admin.patch("/members/:member", { deps: { managed, wanted }, response: Member, problems }, ({ change, org, managed, wanted }) => {
    checkManages(org, managed.role, wanted.role);
    return change("member.changed", () => keepingOwner(org, members.update({ ...managed, ...wanted })));
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
  if (!(yield* members.list({ id: org.id })).some(({ role }) => role === "owner")) problem(409, "last_owner", problems[409]);
  return member;
}

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
const MemberChange = named("MemberChange", { role: Role });

export const members = {
  ...table("members", Member),
  join: row(Member)`
    INSERT INTO members (id, organisation_id, user_id, role, created_at) VALUES (:id, :organisationId, :userId, :role, :createdAt)
    ON CONFLICT (organisation_id, user_id) DO NOTHING RETURNING *`,
};

const lastOwner = "An organisation keeps an owner.";

export const memberRoutes = ({ viewer, admin, colleague }: Access, { auth }: Services) => [
  viewer.get("/members", { response: z.array(MemberWithEmail) }, async ({ org, db }) => {
    const found = await db(() => members.list(org));
    const accounts = await auth.accounts.findMany(found.map(({ userId }) => userId));
    return found.map((member) => ({ ...member, email: accounts.get(member.userId)?.email ?? "" }));
  }),
  admin.patch(
    "/members/:member",
    { deps: { colleague, wanted: body(MemberChange) }, response: Member, problems: { 409: lastOwner } },
    ({ change, org, colleague, wanted }) => {
      checkManages(org, colleague.role, wanted.role);
      return change("member.changed", () => keepingOwner(org, members.update({ ...colleague, ...wanted })));
    },
  ),
  admin.del(
    "/members/:member",
    { deps: { colleague }, status: 204, problems: { 409: lastOwner } },
    async ({ change, org, colleague }) => {
      checkManages(org, colleague.role);
      await change("member.removed", () => keepingOwner(org, members.remove(colleague)));
    },
  ),
];

/** Only owners make, change and remove owners. */
function checkManages({ role }: { readonly role: string }, ...roles: readonly string[]): void {
  if (role !== "owner" && roles.includes("owner")) deny("only an owner manages owners");
}

/** Changes a member. If no owner is left, the problem rolls the change back. */
function* keepingOwner(org: { readonly id: string }, change: Work<Member | undefined>): Work<Member | undefined> {
  const member = yield* change;
  return (yield* members.list({ id: org.id })).some(({ role }) => role === "owner")
    ? member
    : problem(409, "last_owner", lastOwner);
}

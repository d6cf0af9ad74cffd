/** Members of an organisation: accounts with a role. The id of a member is that of the account. */
import { body, deny, problem } from "lockstep";
import type { Work } from "lockstep-identity/database";
import { z } from "zod";
import type { Access, Services } from "../access.ts";
import { row, rows } from "../store/query.ts";

export const Role = z.enum(["owner", "admin", "member", "viewer"]);
export const Member = z.object({ id: z.uuid(), organisationId: z.uuid(), role: Role }).meta({ id: "Member" });
type Member = z.infer<typeof Member>;
const MemberWithEmail = Member.extend({ email: z.string() }).meta({ id: "MemberWithEmail" });
const MemberChange = Member.pick({ role: true }).meta({ id: "MemberChange" });

const columns = "user_id AS id, organisation_id, role";
const one = "organisation_id = :organisationId AND user_id = :id";
export const members = {
  find: row(Member, `SELECT ${columns} FROM memberships WHERE ${one}`),
  list: rows(Member, `SELECT ${columns} FROM memberships WHERE organisation_id = :organisationId ORDER BY user_id`),
  insert: row(
    Member,
    `INSERT INTO memberships (organisation_id, user_id, role) VALUES (:organisationId, :id, :role)
     ON CONFLICT (organisation_id, user_id) DO NOTHING RETURNING ${columns}`,
  ),
  update: row(Member, `UPDATE memberships SET role = :role WHERE ${one} RETURNING ${columns}`),
  remove: row(Member, `DELETE FROM memberships WHERE ${one} RETURNING ${columns}`),
};

const lastOwner = "An organisation keeps an owner.";

export const memberRoutes = ({ viewer, admin, colleague }: Access, { auth }: Services) => [
  viewer.get("/members", { response: z.array(MemberWithEmail) }, async ({ org, db }) => {
    const found = await db(() => members.list({ organisationId: org.id }));
    const accounts = await auth.accounts.findMany(found.map(({ id }) => id));
    return found.map((member) => ({ ...member, email: accounts.get(member.id)?.email ?? "" }));
  }),
  admin.patch(
    "/members/:member",
    { deps: { colleague, wanted: body(MemberChange) }, response: Member, problems: { 409: lastOwner } },
    ({ change, org, colleague, wanted }) => {
      checkManages(org, colleague.role, wanted.role);
      return change("member.changed", () => keepingOwner(members.update({ ...colleague, ...wanted })));
    },
  ),
  admin.del(
    "/members/:member",
    { deps: { colleague }, status: 204, problems: { 409: lastOwner } },
    async ({ change, org, colleague }) => {
      checkManages(org, colleague.role);
      await change("member.removed", () => keepingOwner(members.remove(colleague)));
    },
  ),
];

/** Only owners make, change and remove owners. */
function checkManages({ role }: { readonly role: string }, ...roles: readonly string[]): void {
  if (role !== "owner" && roles.includes("owner")) deny("only an owner manages owners");
}

/** Changes a member. If no owner is left, the problem rolls the change back. */
function* keepingOwner(change: Work<Member | undefined>): Work<Member | undefined> {
  const member = yield* change;
  if (member !== undefined && !(yield* members.list(member)).some(({ role }) => role === "owner"))
    problem(409, "last_owner", lastOwner);
  return member;
}

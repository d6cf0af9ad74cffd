/** Invitations: a link by mail makes somebody a member. The database has only the hash of the link's token. */
import { createHash, randomBytes } from "node:crypto";
import { body, deny, notFound, post, scopes } from "lockstep";
import { z } from "zod";
import type { Access, Services } from "../access.ts";
import { changed, made } from "../event/event.ts";
import { columns, row, table } from "../store/query.ts";
import { text } from "../text.ts";
import { Member, members, Role } from "./member.ts";

const NewInvitation = z.object({ email: z.email(), role: Role.exclude(["owner"]) }).meta({ id: "NewInvitation" });
const Invitation = NewInvitation.extend({ ...columns, expiresAt: z.iso.datetime() }).meta({ id: "Invitation" });
const InvitationToken = z.object({ token: text(100) }).meta({ id: "InvitationToken" });

export const invitations = {
  ...table("invitations", Invitation.extend({ tokenHash: z.string() })),
  /** Finds and ends an invitation in one statement, so it is accepted once, and only by the person who was invited. */
  spend: row(
    Invitation,
    "DELETE FROM invitations WHERE token_hash = :tokenHash AND lower(email) = lower(:email) AND expires_at > :createdAt RETURNING *",
  ),
};

const hashOf = (token: string): string => createHash("sha256").update(token).digest("base64url");
const weekMs = 7 * 24 * 3600 * 1000;

export const invitationRoutes = ({ auditor, admin, store, invitation }: Access, { auth, mail }: Services) => [
  auditor.get("/invitations", { response: z.array(Invitation) }, ({ org, db }) => db(() => invitations.list(org))),
  admin.post(
    "/invitations",
    { deps: { wanted: body(NewInvitation) }, response: Invitation, status: 201 },
    async ({ change, org, wanted }) => {
      const token = randomBytes(32).toString("base64url");
      const row = { ...wanted, tokenHash: hashOf(token), expiresAt: new Date(Date.now() + weekMs).toISOString() };
      const invitation = await change("invitation.created", (made) => invitations.insert({ ...made, ...row }));
      await mail.send({ to: wanted.email, subject: `Join ${org.name}`, text: `${auth.issuer}/join#token=${token}` });
      return invitation;
    },
  ),
  admin.del(
    "/invitations/:invitation",
    { deps: { invitation }, status: 204 },
    async ({ change, invitation }) => void (await change("invitation.removed", () => invitations.remove(invitation))),
  ),
  post(
    "/invitations/accept",
    {
      deps: { person: scopes(auth.withEmail(auth.signedInUser), "teams:write"), store, link: body(InvitationToken) },
      response: Member,
    },
    ({ person, store, link }) =>
      // The person is not a member yet, so row-level security would hide the invitation.
      store.system(function* () {
        const email = person.verifiedEmail ?? deny("the address is not confirmed");
        const invitation = (yield* invitations.spend({ ...made(), tokenHash: hashOf(link.token), email })) ?? notFound();
        const org = { id: invitation.organisationId, callerId: person.id };
        return yield* changed(org, "member.joined", members.insert({ ...invitation, id: person.id }));
      }),
  ),
];

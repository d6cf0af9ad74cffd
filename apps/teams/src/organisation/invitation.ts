/** Invitations: a link by mail makes somebody a member. The database has only the hash of the link's token. */
import { createHash, randomBytes } from "node:crypto";
import { body, deny, notFound, post } from "lockstep";
import { z } from "zod";
import type { Access, Services } from "../access.ts";
import { changed, made, removing } from "../event/event.ts";
import { columns, created, named, row, table, text } from "../store/query.ts";
import { Member, members, Role } from "./organisation.ts";

const NewInvitation = named("NewInvitation", { email: z.email(), role: Role.exclude(["owner"]) });
const Invitation = named("Invitation", { ...columns, ...NewInvitation.shape, expiresAt: z.iso.datetime() });
const link = body(named("InvitationToken", { token: text(100) }));

export const invitations = {
  ...table("invitations", Invitation.extend({ tokenHash: z.string() })),
  /** Finds and ends an invitation in one statement, so it is accepted once, and only by the person who was invited. */
  spend: row(Invitation)`
    DELETE FROM invitations WHERE token_hash = :tokenHash AND lower(email) = lower(:email) AND expires_at > :createdAt RETURNING *`,
};

const hashOf = (token: string): string => createHash("sha256").update(token).digest("base64url");
const weekMs = 7 * 24 * 3600 * 1000;

export const invitationRoutes = ({ auditor, admin, store, person, invited }: Access, { auth, mail }: Services) => [
  auditor.get("/invitations", { response: z.array(Invitation) }, ({ org, db }) => db(() => invitations.list(org))),
  admin.post("/invitations", { deps: { wanted: body(NewInvitation) }, ...created(Invitation) }, async ({ change, org, wanted }) => {
    const token = randomBytes(32).toString("base64url");
    const row = { ...wanted, tokenHash: hashOf(token), expiresAt: new Date(Date.now() + weekMs).toISOString() };
    const invitation = await change("invitation.created", (made) => invitations.insert({ ...made, ...row }));
    await mail.send({ to: wanted.email, subject: `Join ${org.name}`, text: `${auth.issuer}/join#token=${token}` });
    return invitation;
  }),
  admin.del("/invitations/:invitation", { deps: { it: invited }, status: 204 }, removing("invitation", invitations)),
  post("/invitations/accept", { deps: { person, store, link }, response: Member }, ({ person, store, link }) =>
    // The person is not a member yet, so row-level security would hide the invitation.
    store.system(function* () {
      const email = person.verifiedEmail ?? deny("the address is not confirmed");
      const invitation = (yield* invitations.spend({ ...made(), tokenHash: hashOf(link.token), email })) ?? notFound();
      const org = { id: invitation.organisationId, callerId: person.id };
      return yield* changed(org, "member.joined", members.join({ ...invitation, ...made(), userId: person.id }));
    }),
  ),
];

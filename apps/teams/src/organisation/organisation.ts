/** Organisations, and what a caller is to one of them. */
import { body, get, post, scopes } from "lockstep";
import { z } from "zod";
import type { Access, Services } from "../access.ts";
import { changed, made } from "../event/event.ts";
import { row, rows, table } from "../store/query.ts";
import { Named } from "../text.ts";
import { members, Role } from "./member.ts";

const columns = { id: z.uuid(), name: z.string(), plan: z.enum(["free", "paid"]), createdAt: z.iso.datetime() };
const Organisation = z.object(columns).meta({ id: "Organisation" });

/** An organisation as a caller reaches it: as a member, with one of its API keys, or as support staff. */
const Membership = z
  .object({ ...columns, role: z.enum([...Role.options, "support"]), callerId: z.string() })
  .meta({ id: "Membership" });
export type Membership = z.infer<typeof Membership>;

// A key of an organisation does what its members do.
const memberships = `
  SELECT o.*, coalesce(m.role, 'member') AS role, coalesce(m.user_id, 'org:' || o.id) AS caller_id
  FROM organisations o LEFT JOIN memberships m ON m.organisation_id = o.id AND m.user_id = :callerId
  WHERE (m.role IS NOT NULL OR 'org:' || o.id = :callerId)`;

export const organisations = {
  ...table("organisations", Organisation, "id"),
  membership: row(Membership, `${memberships} AND o.id = :id`),
  memberships: rows(Membership, `${memberships} ORDER BY o.name, o.id`),
};

export const organisationRoutes = ({ store, caller, db, viewer, admin, owner }: Access, { auth }: Services) => [
  get("/organisations", { deps: { caller: scopes(caller, "teams:read"), db }, response: z.array(Membership) }, ({ caller, db }) =>
    db(() => organisations.memberships({ callerId: caller.id })),
  ),
  post(
    "/organisations",
    { deps: { person: scopes(auth.signedInUser, "teams:write"), store, text: body(Named) }, response: Organisation, status: 201 },
    ({ person, store, text }) =>
      // Nobody is a member yet, so row-level security would hide the organisation from its maker.
      store.system(function* () {
        const organisation = { ...made(), ...text, plan: "free" };
        const org = { id: organisation.id, callerId: person.id };
        const inserted = yield* changed(org, "organisation.created", organisations.insert(organisation));
        yield* changed(org, "member.joined", members.insert({ organisationId: org.id, id: person.id, role: "owner" }));
        return inserted;
      }),
  ),
  viewer.get("", { response: Membership }, ({ org }) => org),
  admin.patch("", { deps: { text: body(Named) }, response: Organisation }, ({ change, org, text }) =>
    change("organisation.renamed", () => organisations.update({ ...org, ...text })),
  ),
  owner.del("", { status: 204 }, async ({ org, db }) => {
    await db(() => organisations.remove(org));
    await auth.apiKeys.endAll({ owner: { external: `org:${org.id}` }, by: org.callerId });
  }),
];

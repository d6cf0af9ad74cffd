// fails: start-up unnested_object — put the check of path("orgId") among the dependencies of owned()
/**
 * The role in one tenant, used on the object of another. Eve is an administrator of her own organisation, and a reader in
 * Ada's. For `DELETE /orgs/eves/invoices/i1`, both checks pass, each for its own id, and Ada's invoice is deleted. The inner
 * check must rest on the outer one.
 */
import { z } from "zod";
import { createApi, del, owned, path, roles } from "lockstep";
import { activeUser, invoices, writer } from "./secure.ts";

const members = [
  { userId: "u2", orgId: "eves", role: "admin" as const },
  { userId: "u2", orgId: "adas", role: "reader" as const },
];
const member = owned(
  { orgId: path("orgId", z.string()), user: activeUser },
  ({ orgId, user }) => members.find((each) => each.orgId === orgId && each.userId === user.id),
  (member) => member.userId,
);
const role = roles({ admin: ["reader"], reader: [] }, member, (member) => member.role);
const invoice = owned(
  { invoiceId: path("invoiceId", z.string()), user: activeUser },
  ({ invoiceId }) => invoices.get(invoiceId),
  (_invoice, { user }) => members.some((each) => each.userId === user.id),
);

export const api = createApi({
  title: "Invoices",
  version: "1.0.0",
  routes: [
    del(
      "/orgs/:orgId/invoices/:invoiceId",
      { deps: { admin: role.require("admin"), invoice, writer }, status: 200 },
      ({ invoice }) => invoice.id,
    ),
  ],
});

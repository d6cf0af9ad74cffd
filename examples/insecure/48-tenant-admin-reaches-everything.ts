// fails: compile — decide by the principal, or load the object with owned()
/**
 * The administrator of one tenant, who reaches all tenants. The membership was loaded by the tenant's id in the path, and
 * its role is `admin`. So `reachAny` opens every object of every tenant. The reach of any object must rest on the principal
 * alone.
 */
import { z } from "zod";
import { owned, path, roles } from "lockstep";
import { activeUser } from "./secure.ts";

const members = [{ userId: "u2", orgId: "o2", role: "admin" as const }];
const member = owned(
  { orgId: path("orgId", z.string()), user: activeUser },
  ({ orgId, user }) => members.find((each) => each.orgId === orgId && each.userId === user.id),
  (member) => member.userId,
);

export const role = roles({ admin: [] }, member, (member) => member.role, { reachAny: ["admin"] });

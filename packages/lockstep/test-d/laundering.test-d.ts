/** Ways around the rules that look like ordinary code: each is closed in the types, and again at start-up. */
import { anyOf, depends, deny, get, group, owned, permitted, type ValueOf, unowned } from "lockstep";
import { type Equal, holds, some } from "./assert.ts";
import { activeUser, bare, client, currentUser, flip, id, role, token } from "./example.ts";

const user = activeUser;
const load = (): { readonly teamId: string } => ({ teamId: "t1" });

// A branch that is protected in one case only.
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { caller: anyOf({ user: flip ? activeUser : bare, client }) } }, () => 1);
// A role that may be the one without reach.
// @ts-expect-error permitted(): add a role from roles(…, { reachAny: […] }) or authorize(…, { reach: "any" })
permitted({ id, who: role.require(flip ? "admin" : "user") }, load);
permitted({ id, who: role.require("admin") }, load);
// Naming no id checks none.
// @ts-expect-error is not assignable
owned({ id, user }, load, (object) => object.teamId, { checks: [] });
// A reason that may be empty.
// @ts-expect-error say why
get("/a", { public: flip ? "" : "reason" }, () => 1);
// @ts-expect-error say why
unowned(flip ? "" : "reason", { id }, load);
// An object with a reason is not a denial.
const refund = owned(
  { id, user },
  () => some<{ readonly id: string; readonly reason: string } | undefined>(),
  (found) => found.id,
);
holds<Equal<ValueOf<typeof refund>, { readonly id: string; readonly reason: string }>>();
// A plain value that refuses is not a guard.
const plain = depends({}, () => deny("closed"));
// @ts-expect-error add an authenticated dependency or { public: "reason" }
get("/a", { deps: { plain } }, () => 1);

// What protects is declared in one case only: in a union of specifications, as an optional member, by type arguments alone.
// @ts-expect-error 'deps' is missing
get("/a", flip ? { deps: { user } } : {}, () => 1);
// @ts-expect-error 'deps' is optional
get("/a", some<{ deps?: { user: typeof currentUser } }>(), () => 1);
// @ts-expect-error 'deps' is missing
get<"/a", number, { user: typeof currentUser }>("/a", {}, () => 1);
// @ts-expect-error 'public' is optional
get("/a", some<{ public?: "reason" }>(), () => 1);
// @ts-expect-error 'public' is optional
get("/a", { ...(flip ? { public: "reason" } : {}), deps: { token } }, () => 1);
// @ts-expect-error 'deps' is optional
group(some<{ prefix: "/v1"; deps?: { user: typeof currentUser } }>());

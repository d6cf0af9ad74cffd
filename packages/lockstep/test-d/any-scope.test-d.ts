/** `anyScope()` says with a reason that a credential may be used whatever it was granted. */
import { anyOf, anyScope, authenticate, del, group, httpBearer, post, scopes, type ValueOf } from "lockstep";
import { type Equal, holds, type IsAny, type KnownOf } from "./assert.ts";
import { activeUser, bare, client, currentUser, flip, token, type User, writer } from "./example.ts";

const user = anyScope(activeUser, "anyone may sign out");
holds<Equal<ValueOf<typeof user>, User>>();
holds<Equal<IsAny<ValueOf<typeof user>>, false>>();
// It has asked, as scopes() has; what else is known stays.
holds<Equal<KnownOf<typeof user>, KnownOf<typeof writer>>>();
del("/session", { deps: { user } }, () => undefined);
group({ prefix: "/me", deps: { user } }).post("/name", { status: 200 }, ({ user }) => user.email);
// A scope may still be asked for, on top.
del("/session", { deps: { user: scopes(user, "notes:write") } }, () => undefined);
// Each branch of its own.
const files = authenticate({ files: httpBearer({ schemeName: "Files", scopes: { "files:write": "Change files" } }) }, () => ({
  id: "c1",
}));
post("/a", { deps: { caller: anyOf({ user, files: anyScope(files, "a test"), writer, client }) } }, () => undefined);
// A credential that is not limited may say it, too.
anyScope(client, "keys have no scopes");

// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
post("/a", { deps: { caller: anyOf({ user, files }) } }, () => undefined);
// @ts-expect-error require a scope with scopes(user, "…") or use anyScope(user, "reason")
post("/a", { deps: { user: flip ? user : activeUser } }, () => undefined);
// @ts-expect-error say why in a few words: the reason is shown in the document
anyScope(activeUser, "");
// @ts-expect-error say why in a few words: the reason is shown in the document
anyScope(activeUser, flip ? "" : "reason");
// @ts-expect-error Expected 2 arguments, but got 1
anyScope(currentUser);
// @ts-expect-error anyScope(): pass an authenticated dependency
anyScope(bare, "a test");
// @ts-expect-error anyScope(): pass an authenticated dependency
anyScope(token, "a test");
// @ts-expect-error anyScope(): pass an authenticated dependency
anyScope(flip ? activeUser : bare, "a test");

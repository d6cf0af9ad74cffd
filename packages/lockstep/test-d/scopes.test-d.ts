/** Scopes compile only if a scheme below declares them and the credential's grants are known. */
import { anyOf, authenticate, authorize, get, httpBearer, identified, scopes } from "lockstep";
import { type Equal, holds, some } from "./assert.ts";
import { activeUser, bare, client, currentUser, flip, token, type User } from "./example.ts";

const writer = scopes(activeUser, "notes:write");
holds<Equal<typeof writer, typeof activeUser>>();
get("/a", { deps: { user: scopes(currentUser, "notes:read", "notes:write") } }, ({ user }) => user.email);
// The scopes of every scheme below.
const other = httpBearer({ scopes: { "files:read": "Read files" }, schemeName: "Files" });
const files = authenticate({ other }, () => identified({ id: "c1" }, { sub: "c1", scope: "files:read" }));
scopes(anyOf({ user: currentUser, files }), "notes:read", "files:read");
// Through an authorization.
scopes(
  authorize({ user: currentUser }, ({ user }) => user),
  "notes:read",
);

// @ts-expect-error "notes:wirte"
scopes(activeUser, "notes:wirte");
// @ts-expect-error "files:read"
scopes(activeUser, "notes:read", "files:read");
// @ts-expect-error Expected at least 2 arguments
scopes(activeUser);
// @ts-expect-error scopes() needs an authenticate() that returns identified(principal, grants)
scopes(client, "notes:read");
// @ts-expect-error scopes() needs an authenticate() that returns identified(principal, grants)
scopes(token, "notes:read");
// @ts-expect-error scopes() needs an authenticate() that returns identified(principal, grants)
scopes(bare, "notes:read");
// Grants that are known in some cases only.
const sometimes = authenticate({ token }, () => (flip ? identified(some<User>(), { sub: "u1" }) : some<User>()));
// @ts-expect-error scopes() needs an authenticate() that returns identified(principal, grants)
scopes(sometimes, "notes:read");

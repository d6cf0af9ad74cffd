/** `any` protects nothing. Where it swallows the rule itself (a specification, a whole record of a verb), start-up refuses. */
import { anyOf, authenticate, authorize, get, group, owned, permitted, type Dependency } from "lockstep";
import { some } from "./assert.ts";
import { activeUser, client, id, token } from "./example.ts";

// oxlint-disable-next-line typescript/no-explicit-any
type Whatever = any;
declare const whatever: Whatever;

// @ts-expect-error Unprotected route
get("/a", { deps: { user: whatever } }, () => 1);
// @ts-expect-error Unprotected route
get("/a", { deps: whatever }, () => 1);
// @ts-expect-error Unprotected route
get("/a", { deps: { caller: anyOf({ whatever, client }) } }, () => 1);
// @ts-expect-error Unprotected route
group({ prefix: "/v1", deps: { whatever } }).get("/a", {}, () => 1);
// @ts-expect-error Unprotected route
group({ prefix: "/v1", deps: whatever }).get("/a", {}, () => 1);
// @ts-expect-error Unprotected route
get("/a", { deps: { user: token as Dependency<Whatever, Whatever> } }, () => 1);
// @ts-expect-error Unprotected route
get("/a", { deps: some<never>() }, () => 1);
// It may hide an id, beside a protection too.
// @ts-expect-error IDOR: an id from the request (${string}) reaches this handler
get("/a", { deps: { user: activeUser, whatever } }, () => 1);
// @ts-expect-error IDOR: an id from the request (${string}) reaches this handler
get("/a", { public: "reason", deps: { whatever } }, () => 1);
// @ts-expect-error IDOR: an id from the request (${string}) reaches this handler
get("/a/:id", { deps: { user: activeUser, id: id as Whatever } }, () => 1);
// @ts-expect-error authenticate() needs a security scheme
authenticate({ whatever }, () => ({ id: "u1" }));
// @ts-expect-error authorize() needs an authenticated dependency
authorize({ whatever }, () => ({ id: "u1" }));
// @ts-expect-error owned() needs to know who is asking
owned({ id, whatever }, some<() => { a: 1 }>(), () => true);
// @ts-expect-error permitted() needs someone who may reach any object
permitted({ id, whatever }, () => ({ a: 1 }));
